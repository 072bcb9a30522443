import {
  astFromValue,
  type GraphQLArgument,
  type GraphQLInputField,
  type GraphQLSchema,
  isEnumType,
  isInputObjectType,
  isObjectType,
  isScalarType,
  print,
} from 'graphql';

/** What a caller can name in a schema, by its coordinate, with all that decides whether an old caller still works. */
export type Flat = ReadonlyMap<string, string>;

/** `App` → `type`, `App.kpis` → `KpiResult`, `App.kpis(input)` → `AppKpiInput!`, `Vendor.ADJUST` → `value`. */
export function flatten(schema: GraphQLSchema): Flat {
  const flat = new Map<string, string>();
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__')) continue;
    if (isScalarType(type)) flat.set(type.name, 'scalar');
    if (isEnumType(type)) {
      flat.set(type.name, 'enum');
      for (const { name } of type.getValues()) flat.set(`${type.name}.${name}`, 'value');
    }
    if (isInputObjectType(type)) {
      flat.set(type.name, type.isOneOf ? 'input @oneOf' : 'input');
      for (const field of Object.values(type.getFields())) flat.set(`${type.name}.${field.name}`, taken(field));
    }
    if (isObjectType(type)) {
      flat.set(type.name, 'type');
      for (const field of Object.values(type.getFields())) {
        flat.set(`${type.name}.${field.name}`, String(field.type));
        for (const arg of field.args) flat.set(`${type.name}.${field.name}(${arg.name})`, taken(arg));
      }
    }
  }
  return flat;
}

/** The type of an argument or input field, and its default. */
function taken({ type, defaultValue }: GraphQLArgument | GraphQLInputField): string {
  const value = defaultValue === undefined ? undefined : astFromValue(defaultValue, type);
  return value ? `${type} = ${print(value)}` : String(type);
}

/** The coordinates that hold `coordinate`: the type of a field, the field of an argument. */
export const holdersOf = (coordinate: string): string[] =>
  [coordinate.replace(/\(.*/, ''), coordinate.split('.', 1)[0]!].filter((holder) => holder !== coordinate);

import { Field, type FieldOptions, type ReturnTypeFunc, registerEnumType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';

type EnumObject = Record<string, string>;

const enumNames = new Map<EnumObject, string>();

/** An enum of the public face, under one name in GraphQL and in OpenAPI. */
export function publicEnum<T extends EnumObject>(name: string, values: T, description?: string, valuesMap?: object): T {
  registerEnumType(values, { name, description, valuesMap: valuesMap as never });
  enumNames.set(values, name);
  return values;
}

/** The members of a closed list as an enum object: `{ A: 'A', B: 'B' }`. */
export function enumOf<const T extends readonly string[]>(values: T): { readonly [K in T[number]]: K } {
  return Object.fromEntries(values.map((value) => [value, value])) as { readonly [K in T[number]]: K };
}

export interface PublicOptions {
  nullable?: boolean;
  description?: string;
  defaultValue?: unknown;
  /** Type in OpenAPI, where it differs from what GraphQL's type says by itself. */
  openApi?: object;
}

const SCALARS = new Map<unknown, object>([
  [String, { type: 'string' }],
  [Number, { type: 'number' }],
  [Boolean, { type: 'boolean' }],
]);

/** Notes how a GraphQL scalar shows in OpenAPI. */
export function publicScalar(type: unknown, schema: object): void {
  SCALARS.set(type, schema);
}

/**
 * One field of the public face: GraphQL's and OpenAPI's at once. An enum must be loaded before the class that names it;
 * a class may come later.
 */
export function Public(type: ReturnTypeFunc, options: PublicOptions = {}): PropertyDecorator {
  const { openApi, ...field } = options;
  return (target, key) => {
    Field(type, field as FieldOptions)(target, key as string);
    ApiProperty({
      description: options.description,
      nullable: Boolean(options.nullable),
      required: !options.nullable && options.defaultValue === undefined,
      default: options.defaultValue as never,
      ...(openApi ?? openApiType(type)),
    } as never)(target, key);
  };
}

function openApiType(type: ReturnTypeFunc): object {
  const resolved = tryNow(type);
  const isArray = Array.isArray(resolved);
  const item: unknown = isArray ? resolved[0] : resolved;
  const scalar = SCALARS.get(item);
  if (scalar) return isArray ? { type: 'array', items: scalar } : scalar;
  const enumName = enumNames.get(item as EnumObject);
  if (enumName) return { enum: item, enumName, isArray };
  // A class, perhaps one that is not loaded yet.
  return { type: () => (resolved === undefined ? type() : resolved) as never };
}

function tryNow(type: ReturnTypeFunc): unknown {
  try {
    return type();
  } catch {
    return undefined;
  }
}

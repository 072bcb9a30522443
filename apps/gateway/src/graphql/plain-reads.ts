import { type GraphQLField, type GraphQLSchema, getNamedType, isLeafType, isObjectType } from 'graphql';

/** Types of which one answer holds thousands. What their fields read is there: none is a promise. */
const MANY = new Set(['KpiRow', 'KpiValue', 'KpiDimensionId', 'KpiColumn', 'KpiComparisonRow']);

/**
 * Takes away the resolvers of MANY that only read a property: the schema's builder gives one to every field, and a field
 * without one is read in place.
 */
export function readPlainly(schema: GraphQLSchema): void {
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || !MANY.has(type.name)) continue;
    for (const field of Object.values(type.getFields())) {
      const of = getNamedType(field.type);
      if ((isLeafType(of) || MANY.has(of.name)) && readsProperty(field)) delete field.resolve;
    }
  }
}

function readsProperty({ name, args, resolve }: GraphQLField<unknown, unknown>): boolean {
  if (!resolve) return true;
  if (args.length > 0 || resolve.length !== 1) return false;
  const read = resolve as (root: object) => unknown;
  const value = {};
  return read({ [name]: value }) === value && read({}) === undefined;
}

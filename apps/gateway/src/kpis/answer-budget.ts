import { type FieldNode, type GraphQLResolveInfo, Kind, type SelectionSetNode } from 'graphql';
import { GatewayError, type TenantContext } from '#libs/domain';

/** Cells that the rows of one GraphQL operation may come to, all its aliases and nested answers together. */
const MOST_CELLS = 1_500_000;
/** A cell of `table` costs next to nothing beside one of `rows`, which is a field that GraphQL resolves. */
const TABLE_CELLS_FOR_ONE = 5;

/**
 * What one operation has asked for so far. A document is small whatever it asks for: its limits can't see that thirty
 * aliases of ten thousand rows are an answer of gigabytes. A TenantContext is one caller's, for one operation.
 */
const spent = new WeakMap<TenantContext, number>();

/** What a field of the operation selects. */
export type Selected = Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>;

/** QUERY_TOO_COMPLEX before the rows are made, when they would go beyond what one operation may ask for. */
export function spendRows(tenant: TenantContext, rows: number, metrics: number, info: Selected): void {
  spend(tenant, rows * fieldsUnder(info, metrics));
}

export function spendTable(tenant: TenantContext, rows: number, columns: number): void {
  spend(tenant, (rows * columns) / TABLE_CELLS_FOR_ONE);
}

function spend(tenant: TenantContext, cells: number): void {
  const sum = (spent.get(tenant) ?? 0) + cells;
  spent.set(tenant, sum);
  if (sum <= MOST_CELLS) return;
  throw new GatewayError(
    'QUERY_TOO_COMPLEX',
    `The rows of this query come to more than ${MOST_CELLS} fields. Ask for less at once: fewer aliases, fields or days, several queries; \`KpiResult.table\` instead of \`rows\`, or CSV from REST.`,
  );
}

/** Fields that one row is resolved to: those under `metrics` once for each metric. */
function fieldsUnder(info: Selected, metrics: number): number {
  const count = (selections: SelectionSetNode | undefined): number =>
    (selections?.selections ?? []).reduce((sum, node) => {
      if (node.kind === Kind.FRAGMENT_SPREAD) return sum + count(info.fragments[node.name.value]?.selectionSet);
      if (node.kind === Kind.INLINE_FRAGMENT) return sum + count(node.selectionSet);
      return sum + 1 + count(node.selectionSet) * (node.name.value === 'metrics' ? Math.max(1, metrics) : 1);
    }, 0);
  return info.fieldNodes.reduce((sum, node: FieldNode) => sum + count(node.selectionSet), 0);
}

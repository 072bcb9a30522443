import { type DocumentNode, type FieldNode, Kind, type SelectionSetNode, parse } from 'graphql';
import { GatewayError } from '#libs/domain';
import { Recent } from '../edge/recent.js';
import { QUERY_LIMITS } from './query-limits.js';

/** Fields that lead from one noun to many others: going through one again inside itself multiplies without end. */
const EDGES = new Set([
  ...['kpis', 'kpiComparison', 'reports', 'schedules', 'postbacks', 'smartLinks', 'auditEvents'],
  // Introspection's own circles.
  ...['types', 'fields', 'inputFields', 'possibleTypes', 'interfaces'],
]);
/** Pages and their default sizes; a size that is a variable counts as the largest. */
const PAGES = new Map([
  ...['apps', 'reports', 'schedules', 'smartLinks', 'appGroups'].map((name) => [name, 25] as const),
  ['auditEvents', 50],
]);
const LARGEST_PAGE = 200;
/** Nodes that pages within pages may come to. */
const MOST_NODES = 10_000;
/** The same name in one selection: graphql-js compares each with each when it validates. */
const MOST_REPEATS = 30;
const MOST_FIELDS = 5_000;

const tooComplex = (what: string): GatewayError =>
  // GraphQL's own way: errors in an answer of 200.
  new GatewayError('QUERY_TOO_COMPLEX', `${what} Ask for less at once, or in several queries.`, { status: 200 });

const sound = new Recent<true>();

/**
 * QUERY_TOO_COMPLEX for a document whose shape multiplies, before it is validated: an edge inside itself
 * (`kpis { rows { app { kpis` …), pages within pages beyond 10,000 nodes, one name many times in a selection. A document
 * that does not parse passes: whoever parses it next says why.
 */
export function checkQueryShape(query: string): void {
  sound.get(query, () => {
    const document = parsed(query);
    if (document) new Shape(document).check();
    return true;
  });
}

function parsed(query: string): DocumentNode | undefined {
  try {
    return parse(query, { noLocation: true, maxTokens: QUERY_LIMITS.tokens });
  } catch {
    return undefined;
  }
}

class Shape {
  private fields = 0;

  constructor(private readonly document: DocumentNode) {}

  check(): void {
    for (const definition of this.document.definitions) {
      if (definition.kind === Kind.OPERATION_DEFINITION) this.walk(definition.selectionSet, [], 1);
      else if (definition.kind === Kind.FRAGMENT_DEFINITION) this.countNames(definition.selectionSet);
    }
  }

  /** `edges`: those gone through on the way here; `nodes`: how many of this selection there can be. */
  private walk(
    selections: SelectionSetNode,
    edges: readonly string[],
    nodes: number,
    fragments: readonly string[] = [],
  ): void {
    this.countNames(selections);
    for (const selection of selections.selections) {
      if (++this.fields > MOST_FIELDS) throw tooComplex(`This query selects more than ${MOST_FIELDS} fields.`);
      if (selection.kind === Kind.FIELD) this.enter(selection, edges, nodes, fragments);
      else if (selection.kind === Kind.INLINE_FRAGMENT) this.walk(selection.selectionSet, edges, nodes, fragments);
      else if (!fragments.includes(selection.name.value)) {
        const fragment = this.document.definitions.find(
          (one) => one.kind === Kind.FRAGMENT_DEFINITION && one.name.value === selection.name.value,
        );
        if (fragment?.kind === Kind.FRAGMENT_DEFINITION) {
          this.walk(fragment.selectionSet, edges, nodes, [...fragments, selection.name.value]);
        }
      }
    }
  }

  private enter(field: FieldNode, edges: readonly string[], nodes: number, fragments: readonly string[]): void {
    if (!field.selectionSet) return;
    const name = field.name.value;
    if (edges.includes(name)) throw tooComplex(`This query goes through \`${name}\` inside \`${name}\`.`);
    const page = PAGES.get(name);
    const below = nodes * (page === undefined ? 1 : pageSize(field, page));
    if (below > MOST_NODES)
      throw tooComplex(`Pages within pages: \`${name}\` could come to more than ${MOST_NODES} nodes.`);
    this.walk(field.selectionSet, EDGES.has(name) ? [...edges, name] : edges, below, fragments);
  }

  private countNames({ selections }: SelectionSetNode): void {
    if (selections.length <= MOST_REPEATS) return;
    const counts = new Map<string, number>();
    for (const selection of selections) {
      if (selection.kind === Kind.INLINE_FRAGMENT) continue;
      const name =
        selection.kind === Kind.FIELD ? (selection.alias ?? selection.name).value : `...${selection.name.value}`;
      const count = (counts.get(name) ?? 0) + 1;
      if (count > MOST_REPEATS)
        throw tooComplex(`\`${name}\` stands more than ${MOST_REPEATS} times in one selection.`);
      counts.set(name, count);
    }
  }
}

function pageSize(field: FieldNode, usual: number): number {
  const first = field.arguments?.find((argument) => argument.name.value === 'first')?.value;
  if (!first) return usual;
  return first.kind === Kind.INT ? Math.max(1, Number(first.value)) : LARGEST_PAGE;
}

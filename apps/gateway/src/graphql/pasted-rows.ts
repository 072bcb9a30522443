import { randomUUID } from 'node:crypto';
import {
  type DocumentNode,
  type FieldNode,
  type GraphQLFieldConfig,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLNonNull,
  GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';
import type { KpiAnswer } from '../kpis/kpi-answer.js';
import { type RowsText, rowsTextOf } from '../kpis/kpi-row-text.js';
import type { KpiTableView } from '../kpis/kpi-table-view.js';
import type { GraphqlContext } from './graphql-context.js';

/** Stands in an answer's JSON for the text with the number that follows. No vendor's text can know it. */
const MARK = randomUUID();

/** What `rows { … }` was before it became a leaf. */
interface WasRows {
  readonly field: FieldNode;
  readonly text: RowsText;
}

/**
 * A second schema, for the compiler alone, where `Query.kpis { rows }` is a leaf: its JSON is written by the KPI room and
 * pasted into the answer. Everything else is the schema that callers know, resolvers included.
 */
export class PastedRows {
  readonly schema: GraphQLSchema;
  private readonly fields = new WeakMap<FieldNode, WasRows>();

  constructor(schema: GraphQLSchema) {
    const query = schema.getQueryType()!;
    const result = (schema.getType('KpiResult') as GraphQLObjectType).toConfig();
    const { rows, table } = result.fields;
    const type = new GraphQLNonNull(new GraphQLScalarType({ name: 'KpiRowsText' }));
    const asText = new GraphQLObjectType<KpiAnswer, GraphqlContext>({
      ...result,
      name: 'KpiResultWithText',
      fields: {
        ...result.fields,
        rows: {
          ...rows,
          type,
          resolve: (answer, _, context, { fieldNodes, fragments }) => {
            const was = this.fields.get(fieldNodes[0]!)!;
            return marked(context, answer.rowsTextFor({ fieldNodes: [was.field], fragments }, was.text));
          },
        },
        table: { ...table!, type: new GraphQLNonNull(tableAsText(schema)) },
      },
    });
    const { fields, ...others } = query.toConfig();
    const config = schema.toConfig();
    this.schema = new GraphQLSchema({
      ...config,
      types: config.types.filter((one) => one !== query),
      query: new GraphQLObjectType({
        ...others,
        fields: { ...fields, kpis: answeredOnce({ ...fields['kpis']!, type: asText }) },
      }),
      assumeValid: true,
    });
  }

  /** The document with leaves for rows; undefined where there are none, or where any of them can't be one. */
  documentOf(document: DocumentNode, operation: OperationDefinitionNode): DocumentNode | undefined {
    const { selectionSet } = operation;
    if (!areApart(selectionSet.selections) || selectionSet.selections.some(isIntrospection)) return undefined;
    const leaves: FieldNode[] = [];
    const selections = selectionSet.selections.map((field) => {
      if (!isNamed(field, 'kpis')) return field;
      const inside = field.selectionSet!.selections.map((one) => this.leafOf(one, leaves));
      return { ...field, selectionSet: { ...field.selectionSet!, selections: inside } };
    });
    const hasTable = selections.some((field) => isNamed(field, 'kpis') && field.selectionSet!.selections.some(isTable));
    if ((leaves.length === 0 && !hasTable) || !selections.every(isSound)) return undefined;
    const changed = { ...operation, selectionSet: { ...selectionSet, selections } };
    return { ...document, definitions: document.definitions.map((one) => (one === operation ? changed : one)) };
  }

  private leafOf(field: SelectionNode, leaves: FieldNode[]): SelectionNode {
    const text = isNamed(field, 'rows') ? rowsTextOf(field.selectionSet!) : undefined;
    if (!text) return field;
    const leaf: FieldNode = { ...(field as FieldNode), selectionSet: undefined };
    this.fields.set(leaf, { field: field as FieldNode, text });
    leaves.push(leaf);
    return leaf;
  }
}

/** Means this field the same in the second schema, where rows have no fields and the type's name is another? */
function isSound(field: SelectionNode): boolean {
  if (!isNamed(field, 'kpis')) return true;
  const { selections } = field.selectionSet!;
  const isLeft = (one: SelectionNode): boolean => isNamed(one, 'rows') && one.selectionSet !== undefined;
  const isNamedTable = (one: SelectionNode): boolean =>
    isTable(one) && !areApartAndNameless(one.selectionSet!.selections);
  return areApartAndNameless(selections) && !selections.some((one) => isLeft(one) || isNamedTable(one));
}

/** No merging, and no name of a type that is another's in the second schema. */
const areApartAndNameless = (selections: readonly SelectionNode[]): boolean =>
  areApart(selections) && !selections.some((one) => isNamed(one, '__typename'));

const isTable = (selection: SelectionNode): selection is FieldNode => isNamed(selection, 'table');

/** `KpiTable` whose rows are their JSON. */
function tableAsText(schema: GraphQLSchema): GraphQLObjectType<KpiTableView, GraphqlContext> {
  const table = (schema.getType('KpiTable') as GraphQLObjectType).toConfig();
  const rows = { ...table.fields['rows']!, resolve: textOfTable };
  return new GraphQLObjectType({ ...table, name: 'KpiTableWithText', fields: { ...table.fields, rows } });
}

const textOfTable = (table: KpiTableView, _: unknown, context: GraphqlContext): string =>
  marked(context, table.rowsText);

/** Does not ask again what has been asked already. */
function answeredOnce(field: GraphQLFieldConfig<unknown, GraphqlContext>): GraphQLFieldConfig<unknown, GraphqlContext> {
  const { resolve } = field;
  return { ...field, resolve: (root, args, context, info) => context.kpis ?? resolve!(root, args, context, info) };
}

/** What stands in the answer for `text`. */
function marked(context: GraphqlContext, text: string): string {
  const texts = (context.texts ??= []);
  texts.push(text);
  return MARK + (texts.length - 1);
}

/** `json` with the texts in the places that were kept for them. */
export function withTexts(json: string, texts: readonly string[] | undefined): string {
  if (!texts) return json;
  const [first, ...rest] = json.split(`"${MARK}`);
  return rest.reduce((whole, piece) => {
    const end = piece.indexOf('"');
    return whole + texts[Number(piece.slice(0, end))]! + piece.slice(end + 1);
  }, first!);
}

const isNamed = (selection: SelectionNode, name: string): selection is FieldNode =>
  selection.kind === Kind.FIELD && selection.name.value === name;

/** Asks the schema for itself, and is not to be told of the second one. */
const isIntrospection = (selection: SelectionNode): boolean =>
  isNamed(selection, '__schema') || isNamed(selection, '__type');

/** Fields alone, none of which GraphQL would have to merge with another. */
function areApart(selections: readonly SelectionNode[]): boolean {
  const keys = selections.map((field) => (field.kind === Kind.FIELD ? (field.alias ?? field.name).value : undefined));
  return !keys.includes(undefined) && new Set(keys).size === keys.length;
}

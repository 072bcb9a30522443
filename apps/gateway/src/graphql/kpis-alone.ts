import { type FieldNode, Kind, type OperationDefinitionNode, type SelectionNode } from 'graphql';
import { InputPipe } from '../edge/input.js';
import { KpiQueryInput } from '../kpis/kpi.input.js';
import type { KpiAnswer } from '../kpis/kpi-answer.js';
import { rowsTextOf } from '../kpis/kpi-row-text.js';

/** Writes one field of an answer, with what is thrown where GraphQL has to tell of it. */
type Part = (answer: KpiAnswer) => string;

const PIPE = new InputPipe();

/**
 * `query ($input: KpiQueryInput!) { kpis(input: $input) { rows { … } rowCount } }`: the question of most dashboards, whose
 * answer can be written as it is, without anybody who walks through its fields.
 */
export class KpisAlone {
  private readonly inputs = new WeakMap<object, KpiQueryInput>();

  private constructor(
    private readonly key: string,
    private readonly variable: string,
    private readonly parts: readonly Part[],
  ) {}

  /** Undefined: this operation asks for something else, too. */
  static of({ selectionSet: { selections }, directives }: OperationDefinitionNode): KpisAlone | undefined {
    const [field] = selections;
    if (selections.length !== 1 || !isPlain(field) || field.name.value !== 'kpis' || directives?.length)
      return undefined;
    const input = field.arguments?.[0]?.value;
    const inside = field.selectionSet!.selections;
    const parts = inside.map(partOf);
    const keys = new Set(inside.map((one) => isPlain(one) && keyOf(one)));
    const isRead = input?.kind === Kind.VARIABLE && parts.every((part) => part !== undefined);
    const hasRows = inside.some((one) => isPlain(one) && one.name.value === 'rows');
    if (!isRead || !hasRows || keys.size < inside.length) return undefined;
    return new KpisAlone(keyOf(field), input.name.value, parts as Part[]);
  }

  /** The question, of variables as resolvers are given them; undefined: it breaks a rule, which GraphQL has to tell. */
  inputOf(variables: object): KpiQueryInput | undefined {
    const value = (variables as Record<string, object>)[this.variable]!;
    let input = this.inputs.get(value);
    if (!input) {
      try {
        input = PIPE.transform(value, { type: 'body', metatype: KpiQueryInput, data: 'input' }) as KpiQueryInput;
      } catch {
        return undefined;
      }
      this.inputs.set(value, input);
    }
    return input;
  }

  /** The body of the answer. */
  write(answer: KpiAnswer): string {
    return `{"data":{"${this.key}":{${this.parts.map((part) => part(answer)).join()}}}}\n`;
  }
}

const isPlain = (selection: SelectionNode | undefined): selection is FieldNode =>
  selection?.kind === Kind.FIELD && !selection.directives?.length;

const keyOf = ({ alias, name }: FieldNode): string => (alias ?? name).value;

function partOf(field: SelectionNode): Part | undefined {
  if (!isPlain(field)) return undefined;
  const key = `"${keyOf(field)}":`;
  if (field.name.value === 'rowCount') return (answer) => key + answer.rowCount;
  if (field.name.value === 'truncated') return (answer) => key + answer.truncated;
  const text = field.name.value === 'rows' ? rowsTextOf(field.selectionSet!) : undefined;
  const info = { fieldNodes: [field], fragments: {} };
  return text && ((answer) => key + answer.rowsTextFor(info, text));
}

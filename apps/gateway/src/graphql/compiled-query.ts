import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  Kind,
  type OperationDefinitionNode,
  getVariableValues,
  visit,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import { Recent, deepFreeze } from '../edge/recent.js';
import type { GraphqlContext } from './graphql-context.js';
import { KpisAlone } from './kpis-alone.js';
import type { PastedRows } from './pasted-rows.js';

type Run = (root: undefined, context: GraphqlContext, variables: object) => ExecutionResult | Promise<ExecutionResult>;

/** What a query came to; errors twice: as the interpreter throws them, and as Apollo tells them. */
export interface CompiledAnswer {
  data: ExecutionResult['data'];
  thrown?: GraphQLError[];
  told?: GraphQLFormattedError[];
}

type Variables = Readonly<Record<string, unknown>> | null | undefined;

const NONE = Object.freeze({});

/** One query of a document as a function. */
export class CompiledQuery {
  /** What variables were read to: the same questions come with the same ones all day, and each is read field by field. */
  private static readonly variables = new Recent<{ coerced?: object }>();
  private static made = 0;
  private readonly id = CompiledQuery.made++;
  private madeTextRun?: Run;
  /** Where it asks for KPIs and nothing else. */
  readonly alone: KpisAlone | undefined;

  private constructor(
    readonly document: DocumentNode,
    private readonly schema: GraphQLSchema,
    private readonly operation: OperationDefinitionNode,
    private readonly pasted: PastedRows,
    private readonly run: Run,
  ) {
    this.alone = KpisAlone.of(operation);
  }

  /** Undefined: this one can't be compiled. */
  static of(
    schema: GraphQLSchema,
    pasted: PastedRows,
    document: DocumentNode,
    operation: OperationDefinitionNode,
  ): CompiledQuery | undefined {
    if (operation.operation !== 'query' || mayHaveNoCondition(document)) return undefined;
    const run = compiled(schema, document, operation);
    return run && new CompiledQuery(document, schema, operation, pasted, run);
  }

  /** As `answer`, for who writes JSON: where the answer has a text of its own in `context.texts`, `data` has its mark. */
  answerInTexts(
    read: object,
    context: GraphqlContext,
  ): CompiledAnswer | undefined | Promise<CompiledAnswer | undefined> {
    return this.answered(this.textRun, read, context);
  }

  private get textRun(): Run {
    if (this.madeTextRun) return this.madeTextRun;
    const document = this.pasted.documentOf(this.document, this.operation);
    return (this.madeTextRun = (document && compiled(this.pasted.schema, document, this.operation)) ?? this.run);
  }

  /** Undefined: these variables don't fit. Nothing has run then, and the interpreter says it in the words that all know. */
  async answer(variables: Variables, context: GraphqlContext): Promise<CompiledAnswer | undefined> {
    const read = this.read(variables);
    return read && this.answered(this.run, read, context);
  }

  private answered(
    run: Run,
    read: object,
    context: GraphqlContext,
  ): CompiledAnswer | undefined | Promise<CompiledAnswer | undefined> {
    const result = run(undefined, context, read);
    return result instanceof Promise ? result.then(toldAsApollo) : toldAsApollo(result);
  }

  /**
   * Variables as resolvers are given them; undefined: they don't fit. Compiled queries know no defaults of input fields:
   * they are made whole before.
   */
  read(variables: Variables): object | undefined {
    const definitions = this.operation.variableDefinitions;
    if (!definitions?.length) return NONE;
    return CompiledQuery.variables.get(`${this.id} ${JSON.stringify(variables ?? NONE)}`, () => {
      const { coerced } = getVariableValues(this.schema, definitions, variables ?? NONE);
      // Where a value is wanted, validation takes a variable with a default: to the interpreter alone is its null an error.
      const isUnsound = definitions.some((one) => one.defaultValue && coerced?.[one.variable.name.value] === null);
      return isUnsound ? {} : { coerced: deepFreeze(coerced) };
    }).coerced;
  }
}

function toldAsApollo({ data, errors }: ExecutionResult): CompiledAnswer | undefined {
  if (data === undefined) return undefined;
  if (!errors) return { data };
  const thrown = errors.map(asInterpreted);
  const told = errors.map(({ locations }, index) => ({ ...thrown[index]!.toJSON(), locations }));
  return { data, thrown, told };
}

function compiled(schema: GraphQLSchema, document: DocumentNode, { name }: OperationDefinitionNode): Run | undefined {
  const query = compileQuery(schema, document, name?.value);
  return isCompiledQuery(query) ? (query.query as Run) : undefined;
}

/** A null where @skip and @include want true or false is an error to the interpreter alone. */
function mayHaveNoCondition(document: DocumentNode): boolean {
  let mayBe = false;
  visit(document, {
    VariableDefinition: ({ type }) => {
      mayBe ||= type.kind === Kind.NAMED_TYPE && type.name.value === 'Boolean';
    },
  });
  return mayBe;
}

/** An error as the interpreter would have thrown it, and as Apollo then formats it. */
function asInterpreted({ message, path, originalError }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { path, originalError, extensions: { code: 'INTERNAL_SERVER_ERROR' } });
}

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
  private static readonly read = new Recent<{ coerced?: object }>();
  private static made = 0;
  private readonly id = CompiledQuery.made++;

  private constructor(
    readonly document: DocumentNode,
    private readonly schema: GraphQLSchema,
    private readonly operation: OperationDefinitionNode,
    private readonly run: Run,
  ) {}

  /** Undefined: this one can't be compiled. */
  static of(
    schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
  ): CompiledQuery | undefined {
    if (operation.operation !== 'query' || mayHaveNoCondition(document)) return undefined;
    const query = compileQuery(schema, document, operation.name?.value);
    return isCompiledQuery(query) ? new CompiledQuery(document, schema, operation, query.query as Run) : undefined;
  }

  /** Undefined: these variables don't fit. Nothing has run then, and the interpreter says it in the words that all know. */
  async answer(variables: Variables, context: GraphqlContext): Promise<CompiledAnswer | undefined> {
    const whole = this.whole(variables);
    if (!whole) return undefined;
    const { data, errors } = await this.run(undefined, context, whole);
    if (data === undefined) return undefined;
    if (!errors) return { data };
    const thrown = errors.map(asInterpreted);
    const told = errors.map(({ locations }, index) => ({ ...thrown[index]!.toJSON(), locations }));
    return { data, thrown, told };
  }

  /** Compiled queries know no defaults of input fields: variables are made whole before. */
  private whole(variables: Variables): object | undefined {
    const definitions = this.operation.variableDefinitions;
    if (!definitions?.length) return NONE;
    return CompiledQuery.read.get(`${this.id} ${JSON.stringify(variables ?? NONE)}`, () => {
      const { coerced } = getVariableValues(this.schema, definitions, variables ?? NONE);
      return { coerced: deepFreeze(coerced) };
    }).coerced;
  }
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

import type { ApolloServerPlugin } from '@apollo/server';
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLField,
  type GraphQLSchema,
  Kind,
  getNamedType,
  getVariableValues,
  isLeafType,
  isObjectType,
  visit,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import type { GraphqlContext } from './graphql.module.js';

type Run = (root: undefined, context: GraphqlContext, variables: object) => ExecutionResult | Promise<ExecutionResult>;

/** How often a document came, and what its operations were compiled to; false: that one can't be. */
interface Known {
  times: number;
  readonly runs: Map<string, Run | false>;
}

/** A document is compiled when it comes for the third time: dashboards ask the same ones all day, scanners never do. */
const COMPILED_FROM = 3;
const MOST_COMPILED = 200;

/**
 * Queries that come again run as compiled functions, at a fraction of what the interpreter takes for each field. The
 * first times, mutations, and what does not compile or whose variables don't fit run as they always do.
 */
export function compiledQueries(): ApolloServerPlugin<GraphqlContext> {
  /** By the document that Apollo keeps of a text. */
  const documents = new WeakMap<DocumentNode, Known>();
  /** Those with compiled operations; the one used longest ago goes first. */
  const compiled = new Map<DocumentNode, Known>();
  let schema: GraphQLSchema;

  function runOf(document: DocumentNode, operationName: string | undefined): Run | undefined {
    let known = documents.get(document);
    if (!known) documents.set(document, (known = { times: 0, runs: new Map() }));
    known.times++;
    if (known.times < COMPILED_FROM) return undefined;
    keep(document, known);
    const name = operationName ?? '';
    let run = known.runs.get(name);
    if (run === undefined) {
      const query = mayHaveNoCondition(document) ? undefined : compileQuery(schema, document, operationName);
      run = query !== undefined && isCompiledQuery(query) && (query.query as Run);
      known.runs.set(name, run);
    }
    return run || undefined;
  }

  function keep(document: DocumentNode, known: Known): void {
    compiled.delete(document);
    compiled.set(document, known);
    if (compiled.size <= MOST_COMPILED) return;
    const [oldest, { runs }] = compiled.entries().next().value!;
    compiled.delete(oldest);
    runs.clear();
    // It has to come again as often as a new one: what takes turns must not be compiled anew each time.
    documents.set(oldest, { times: 0, runs });
  }

  return {
    async serverWillStart(server) {
      schema = server.schema;
      readPlainly(schema);
    },
    async requestDidStart() {
      return {
        async responseForOperation(asked) {
          const { document, operation, request, contextValue, response } = asked;
          if (operation?.operation !== 'query') return null;
          const run = runOf(document, request.operationName);
          if (!run) return null;
          // Compiled queries know no defaults of input fields: variables are made whole before.
          const { coerced } = getVariableValues(schema, operation.variableDefinitions ?? [], request.variables ?? {});
          // Those that don't fit: nothing has run yet, and the interpreter says it in the words that all know.
          if (!coerced) return null;
          const { data, errors } = await run(undefined, contextValue, coerced);
          if (data === undefined) return null;
          // Whoever puts errors into our words finds them where Apollo keeps those of the interpreter.
          const thrown = errors?.map(asInterpreted);
          Object.assign(asked, { errors: thrown });
          const told = errors?.map((error, index) => ({ ...thrown![index]!.toJSON(), locations: error.locations }));
          return {
            http: response.http,
            body: { kind: 'single', singleResult: told ? { errors: told, data } : { data } },
          };
        },
      };
    },
  };
}

/** A null where @skip and @include want true or false is an error to the interpreter alone. */
function mayHaveNoCondition(document: DocumentNode): boolean {
  let mayBe = false;
  visit(document, {
    VariableDefinition: ({ type }) => {
      mayBe ||= type.kind !== Kind.NON_NULL_TYPE && type.kind === Kind.NAMED_TYPE && type.name.value === 'Boolean';
    },
  });
  return mayBe;
}

/** An error as the interpreter would have thrown it, and as Apollo then formats it. */
function asInterpreted({ message, path, originalError }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { path, originalError, extensions: { code: 'INTERNAL_SERVER_ERROR' } });
}

/** Types of which one answer holds thousands. What their fields read is there: none is a promise. */
const MANY = new Set(['KpiRow', 'KpiValue', 'KpiDimensionId', 'KpiColumn', 'KpiComparisonRow']);

/**
 * Takes away the resolvers of MANY that only read a property: the schema's builder gives one to every field, and a field
 * without one is read in place.
 */
function readPlainly(schema: GraphQLSchema): void {
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

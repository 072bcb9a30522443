import type { ApolloServerPlugin } from '@apollo/server';
import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLError,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isObjectType,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';
import type { GraphqlContext } from './graphql.module.js';

type Run = (root: undefined, context: GraphqlContext, variables: object) => ExecutionResult | Promise<ExecutionResult>;

/** What is known of a document: how often it came, and what it was compiled to; false: it can't be. */
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
  let compiled = 0;
  let schema: GraphQLSchema;

  function runOf(document: DocumentNode, operationName: string | undefined): Run | undefined {
    let known = documents.get(document);
    if (!known) documents.set(document, (known = { times: 0, runs: new Map() }));
    known.times++;
    if (known.times < COMPILED_FROM) return undefined;
    const name = operationName ?? '';
    let run = known.runs.get(name);
    if (run === undefined) {
      if (compiled >= MOST_COMPILED) return undefined;
      compiled++;
      freed.register(document, undefined);
      const query = compileQuery(schema, document, operationName);
      run = isCompiledQuery(query) && (query.query as Run);
      known.runs.set(name, run);
    }
    return run || undefined;
  }
  const freed = new FinalizationRegistry<undefined>(() => compiled--);

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
          const { data, errors } = await run(undefined, contextValue, request.variables ?? {});
          // Variables that don't fit: nothing has run yet, and the interpreter says it in the words that all know.
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

/** An error as the interpreter would have thrown it, and as Apollo then formats it. */
function asInterpreted({ message, path, originalError }: GraphQLError): GraphQLError {
  return new GraphQLError(message, { path, originalError, extensions: { code: 'INTERNAL_SERVER_ERROR' } });
}

/**
 * Takes away the resolvers that only read a property, of fields whose values hold nothing that has to be asked for: the
 * schema's builder gives one to every field, and a field without one is read in place.
 */
function readPlainly(schema: GraphQLSchema): void {
  const types = Object.values(schema.getTypeMap()).filter(isObjectType);
  const own = types.filter(({ name }) => !name.startsWith('__'));
  const plain = new Set(own);
  const isPlain = (field: GraphQLField<unknown, unknown>): boolean => {
    const type = getNamedType(field.type);
    return readsProperty(field) && (isLeafType(type) || (isObjectType(type) && plain.has(type)));
  };
  // A type is plain when all its fields are; taking one away may take others with it.
  for (let before = Infinity; before !== plain.size;) {
    before = plain.size;
    for (const type of plain) if (!Object.values(type.getFields()).every(isPlain)) plain.delete(type);
  }
  for (const type of own) {
    for (const field of Object.values(type.getFields())) if (isPlain(field)) delete field.resolve;
  }
}

function readsProperty({ name, args, resolve }: GraphQLField<unknown, unknown>): boolean {
  if (!resolve) return true;
  if (args.length > 0 || resolve.length !== 1) return false;
  const read = resolve as (root: object) => unknown;
  const value = {};
  return read({ [name]: value }) === value && read({}) === undefined;
}

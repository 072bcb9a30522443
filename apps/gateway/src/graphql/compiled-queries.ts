import type { ApolloServerPlugin } from '@apollo/server';
import { Injectable } from '@nestjs/common';
import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { CompiledQuery } from './compiled-query.js';
import type { GraphqlContext } from './graphql-context.js';
import { PastedRows } from './pasted-rows.js';
import { readPlainly } from './plain-reads.js';

/** How often a document came, and what its operations were compiled to, by name; undefined: that one can't be. */
interface Known {
  times: number;
  readonly queries: Map<string, CompiledQuery | undefined>;
}

/** A document is compiled when it comes for the third time: dashboards ask the same ones all day, scanners never do. */
const COMPILED_FROM = 3;
const MOST_COMPILED = 200;
/** Characters of a document's text; a longer one is never compiled, so that what is kept stays small. */
const LONGEST = 16_384;

/**
 * Queries that come again run as compiled functions, at a fraction of what the interpreter takes for each field. The
 * first times, mutations, and what does not compile or whose variables don't fit run as they always do.
 */
@Injectable()
export class CompiledQueries {
  /** By the document that Apollo keeps of a text: it has been validated. */
  private readonly documents = new WeakMap<DocumentNode, Known>();
  /** Those that came often enough, by their texts; the one used longest ago goes first. */
  private readonly texts = new Map<string, Known>();

  /** The query that this text is known to hold; undefined where Apollo has to look at it. */
  find(text: string, operationName: string | null | undefined): CompiledQuery | undefined {
    const known = this.texts.get(text);
    const query = known?.queries.get(operationName ?? '');
    if (query) this.keep(text, known!);
    return query;
  }

  /** Compiles where that is due, and answers compiled what Apollo has parsed and validated. */
  plugin(): ApolloServerPlugin<GraphqlContext> {
    let schemas: [GraphQLSchema, PastedRows];
    return {
      serverWillStart: async (server) => {
        readPlainly(server.schema);
        schemas = [server.schema, new PastedRows(server.schema)];
      },
      requestDidStart: async () => ({
        responseForOperation: async (asked) => {
          const { document, operation, request, contextValue, response, source } = asked;
          if (operation?.operation !== 'query' || source.length > LONGEST) return null;
          const query = this.queryOf(schemas, source, document, operation, request.operationName ?? '');
          const answer = await query?.answer(request.variables, contextValue);
          if (!answer) return null;
          const { data, thrown, told } = answer;
          // Whoever puts errors into our words finds them where Apollo keeps those of the interpreter.
          Object.assign(asked, { errors: thrown });
          return {
            http: response.http,
            body: { kind: 'single', singleResult: told ? { errors: told, data } : { data } },
          };
        },
      }),
    };
  }

  private queryOf(
    schemas: [GraphQLSchema, PastedRows],
    text: string,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    name: string,
  ): CompiledQuery | undefined {
    let known = this.documents.get(document);
    if (!known) this.documents.set(document, (known = { times: 0, queries: new Map() }));
    known.times++;
    if (known.times < COMPILED_FROM) return undefined;
    this.keep(text, known);
    if (!known.queries.has(name)) known.queries.set(name, CompiledQuery.of(...schemas, document, operation));
    return known.queries.get(name);
  }

  private keep(text: string, known: Known): void {
    this.texts.delete(text);
    this.texts.set(text, known);
    if (this.texts.size <= MOST_COMPILED) return;
    const [oldest, gone] = this.texts.entries().next().value!;
    this.texts.delete(oldest);
    gone.queries.clear();
    // It has to come again as often as a new one: what takes turns must not be compiled anew each time.
    gone.times = 0;
  }
}

import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { type DynamicModule, Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import type { FastifyRequest } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import { CompiledQueries } from './compiled-queries.js';
import type { GraphqlContext } from './graphql-context.js';
import { GraphqlErrors } from './graphql-errors.js';
import { QUERY_LIMITS, QUERY_RULES } from './query-limits.js';
import { ShortRoad } from './short-road.js';

@Module({ providers: [GraphqlErrors, CompiledQueries, ShortRoad], exports: [GraphqlErrors, CompiledQueries] })
class GraphqlPartsModule {}

/** The GraphQL door: Apollo over Fastify, the schema from the models' decorators. */
@Module({})
export class GraphqlModule {
  static forRoot(): DynamicModule {
    return GraphQLModule.forRootAsync<ApolloDriverConfig>({
      driver: ApolloDriver,
      imports: [GraphqlPartsModule],
      inject: [GraphqlErrors, CompiledQueries],
      useFactory: (errors: GraphqlErrors, compiled: CompiledQueries) => ({
        path: '/graphql',
        autoSchemaFile: true,
        introspection: true,
        graphiql: false,
        hideSchemaDetailsFromClientErrors: true,
        includeStacktraceInErrorResponses: false,
        csrfPrevention: true,
        parseOptions: { maxTokens: QUERY_LIMITS.tokens },
        validationRules: QUERY_RULES,
        // The schema is checked where it is emitted: to ask it for all of itself takes a twentieth of a start.
        buildSchemaOptions: { numberScalarMode: 'float', skipCheck: true },
        context: (request: FastifyRequest): GraphqlContext => ({ request }),
        // Apollo's cache hints wrap every field of every answer, and nothing here reads them.
        plugins: [statusPlugin(errors), compiled.plugin(), ApolloServerPluginCacheControlDisabled()],
      }),
    });
  }
}

/**
 * Errors in our words, and HTTP 200 for every body that GraphQL could be asked with: what went wrong stands in
 * `errors`. A body that is no GraphQL request at all stays 400.
 */
function statusPlugin(errors: GraphqlErrors): ApolloServerPlugin<GraphqlContext> {
  return {
    async requestDidStart() {
      return {
        async willSendResponse({ response, errors: thrown, contextValue, document }) {
          if (response.body.kind !== 'single' || !response.body.singleResult.errors) return;
          const about = { requestId: contextValue.request.id, document };
          response.body.singleResult.errors = response.body.singleResult.errors.map(
            (formatted: GraphQLFormattedError, index) => errors.format(formatted, thrown?.[index], about),
          );
          const { status } = response.http;
          if (status !== undefined && status >= 400 && thrown) response.http.status = 200;
        },
      };
    },
  };
}

import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled } from '@apollo/server/plugin/disabled';
import { type DynamicModule, Module } from '@nestjs/common';
import { GraphQLModule } from '@nestjs/graphql';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLFormattedError } from 'graphql';
import { compiledQueries } from './compiled-queries.js';
import { GraphqlErrors } from './graphql-errors.js';
import { QUERY_LIMITS, QUERY_RULES } from './query-limits.js';

export interface GraphqlContext {
  request: FastifyRequest;
  reply: FastifyReply;
}

/** The GraphQL door: Apollo over Fastify, the schema from the models' decorators. */
@Module({ providers: [GraphqlErrors], exports: [GraphqlErrors] })
class GraphqlErrorsModule {}

@Module({})
export class GraphqlModule {
  static forRoot(): DynamicModule {
    return GraphQLModule.forRootAsync<ApolloDriverConfig>({
      driver: ApolloDriver,
      imports: [GraphqlErrorsModule],
      inject: [GraphqlErrors],
      useFactory: (errors: GraphqlErrors) => ({
        path: '/graphql',
        autoSchemaFile: true,
        introspection: true,
        graphiql: false,
        hideSchemaDetailsFromClientErrors: true,
        includeStacktraceInErrorResponses: false,
        csrfPrevention: true,
        parseOptions: { maxTokens: QUERY_LIMITS.tokens },
        validationRules: QUERY_RULES,
        buildSchemaOptions: { numberScalarMode: 'float' },
        context: (request: FastifyRequest, reply: FastifyReply): GraphqlContext => ({ request, reply }),
        // Apollo's cache hints wrap every field of every answer, and nothing here reads them.
        plugins: [statusPlugin(errors), compiledQueries(), ApolloServerPluginCacheControlDisabled()],
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

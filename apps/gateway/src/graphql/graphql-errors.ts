import { Injectable } from '@nestjs/common';
import { unwrapResolverError } from '@apollo/server/errors';
import { type DocumentNode, type GraphQLFormattedError, GraphQLError } from 'graphql';
import { GatewayError } from '#libs/domain';
import { toGatewayError } from '../edge/gateway-failure.js';
import { ErrorPages, extensionsOf } from '../edge/problem.js';
import { ProblemFilter } from '../edge/problem-filter.js';
import { badDocument } from './bad-document.js';
import { QueryTooComplex } from './query-limits.js';

/** Errors as GraphQL callers read them: the same code, fields and words as at REST, in `extensions`. */
@Injectable()
export class GraphqlErrors {
  constructor(
    private readonly pages: ErrorPages,
    private readonly filter: ProblemFilter,
  ) {}

  format(
    formatted: GraphQLFormattedError,
    thrown: unknown,
    { requestId, document }: { requestId: string; document: DocumentNode | undefined },
  ): GraphQLFormattedError {
    const error = this.classify(formatted, thrown, document);
    this.filter.note(error, requestId, formatted.path?.join('.') ?? 'graphql');
    const { message } = error;
    return {
      message,
      locations: formatted.locations,
      path: formatted.path,
      extensions: { ...extensionsOf(error, requestId, this.pages) },
    };
  }

  private classify(
    formatted: GraphQLFormattedError,
    thrown: unknown,
    document: DocumentNode | undefined,
  ): GatewayError {
    const cause = unwrapResolverError(thrown);
    const original = cause instanceof GraphQLError ? (cause.originalError ?? cause) : cause;
    if (original instanceof QueryTooComplex) return original.toGatewayError();
    if (cause instanceof GatewayError || !(cause instanceof GraphQLError)) return toGatewayError(cause);
    const code = formatted.extensions?.['code'];
    const noSuchOperation = /^Schema is not configured/.test(cause.message);
    // A null variable where an argument wants a value is found only while it runs.
    const noValue = /^Argument "\w+" of (?:non-null|required) type "/.test(cause.message);
    if (code === 'INTERNAL_SERVER_ERROR' && !noSuchOperation && !noValue)
      return toGatewayError(cause.originalError ?? cause);
    if (/Syntax Error: Document contains more that \d+ tokens|token limit/i.test(formatted.message)) {
      return new QueryTooComplex('The document has too many tokens.').toGatewayError();
    }
    if (/^Maximum introspection depth/.test(formatted.message)) {
      return new QueryTooComplex('The document asks too deep into the schema.').toGatewayError();
    }
    return badDocument(cause, document);
  }
}

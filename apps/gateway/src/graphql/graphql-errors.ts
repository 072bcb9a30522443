import { Injectable } from '@nestjs/common';
import { unwrapResolverError } from '@apollo/server/errors';
import { type GraphQLFormattedError, GraphQLError } from 'graphql';
import { type FieldError, GatewayError } from '#libs/domain';
import { toGatewayError } from '../edge/gateway-failure.js';
import { ErrorPages, extensionsOf } from '../edge/problem.js';
import { ProblemFilter } from '../edge/problem-filter.js';
import { QueryTooComplex } from './query-limits.js';

/** Errors as GraphQL callers read them: the same code, fields and words as at REST, in `extensions`. */
@Injectable()
export class GraphqlErrors {
  constructor(
    private readonly pages: ErrorPages,
    private readonly filter: ProblemFilter,
  ) {}

  format(formatted: GraphQLFormattedError, thrown: unknown, requestId: string): GraphQLFormattedError {
    const error = this.classify(formatted, thrown);
    this.filter.note(error, requestId, formatted.path?.join('.') ?? 'graphql');
    const { message } = error;
    return {
      message,
      locations: formatted.locations,
      path: formatted.path,
      extensions: { ...extensionsOf(error, requestId, this.pages) },
    };
  }

  private classify(formatted: GraphQLFormattedError, thrown: unknown): GatewayError {
    const cause = unwrapResolverError(thrown);
    if (cause instanceof QueryTooComplex) return cause.toGatewayError();
    if (cause instanceof GatewayError || !(cause instanceof GraphQLError)) return toGatewayError(cause);
    const code = formatted.extensions?.['code'];
    if (code === 'INTERNAL_SERVER_ERROR') return toGatewayError(cause.originalError ?? cause);
    if (/Syntax Error: Document contains more that \d+ tokens|token limit/i.test(formatted.message)) {
      return new QueryTooComplex('The document has too many tokens.').toGatewayError();
    }
    return badDocument(formatted.message);
  }
}

/** Parse, validation and variable errors, with the variable's field named where graphql-js tells it in its sentence. */
function badDocument(message: string): GatewayError {
  const words = message.replace(/ Did you mean .*\?$/, '');
  const errors: FieldError[] = [];
  const field = /^Variable "\$(\w+)" got invalid value .*? at "([\w.[\]]+)"; (.*)$/s.exec(words) ?? undefined;
  const whole = /^Variable "\$(\w+)" (?:got invalid value .*?; |of )(.*)$/s.exec(words) ?? undefined;
  if (field) errors.push({ pointer: pointerOf(field[2]!), detail: field[3]! });
  else if (whole) errors.push({ pointer: missingField(whole[2]!) ?? `/${whole[1]!}`, detail: whole[2]! });
  return new GatewayError('BAD_USER_INPUT', words, errors.length > 0 ? { errors } : {});
}

/** `input.filter.countries[0]` is `/filter/countries/0` of the argument. */
function pointerOf(path: string): string {
  const parts = path.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  return `/${(parts.length > 1 ? parts.slice(1) : parts).join('/')}`;
}

/** `Field "from" of required type "Date!" was not provided.` */
function missingField(sentence: string): string | undefined {
  const name = /^Field "(\w+)" /.exec(sentence)?.[1];
  return name && `/${name}`;
}

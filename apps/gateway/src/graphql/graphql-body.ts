import type { FastifyRequest } from 'fastify';
import { type FieldError, GatewayError, badInput } from '#libs/domain';
import { checkQueryShape } from './query-shape.js';

const ANSWERS = /(?:^|[\s,])(?:\*\/\*|application\/(?:\*|json|graphql-response\+json))\s*(?:[;,]|$)/i;

const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Is this body a GraphQL request? Apollo would refuse the same ones, with errors that lack our code and the request's id.
 * BAD_USER_INPUT names every bad field; QUERY_TOO_COMPLEX for a batch.
 */
export function checkGraphqlBody({ body, headers }: FastifyRequest): void {
  if (headers.accept && !ANSWERS.test(headers.accept)) {
    const detail = 'Accept application/json or application/graphql-response+json.';
    throw new GatewayError('BAD_USER_INPUT', detail, { status: 406 });
  }
  if (Array.isArray(body)) {
    throw new GatewayError('QUERY_TOO_COMPLEX', 'Batches are not taken. Send each operation in a request of its own.');
  }
  if (!isObject(body)) throw badInput([{ pointer: '', detail: 'must be a JSON object with a `query`' }]);
  const { query, variables, operationName, extensions } = body as Record<string, unknown>;
  const problems: FieldError[] = [];
  const persisted = isObject(extensions) && isObject((extensions as Record<string, unknown>)['persistedQuery']);
  if (query === undefined ? !persisted : typeof query !== 'string' || query.trim() === '') {
    problems.push({ pointer: '/query', detail: 'must be the text of a GraphQL document' });
  }
  for (const [name, value] of Object.entries({ variables, extensions })) {
    if (value !== undefined && value !== null && !isObject(value)) {
      problems.push({ pointer: `/${name}`, detail: 'must be a JSON object' });
    }
  }
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string') {
    problems.push({ pointer: '/operationName', detail: 'must be a text' });
  }
  if (problems.length > 0) throw badInput(problems);
  if (typeof query === 'string') checkQueryShape(query);
}

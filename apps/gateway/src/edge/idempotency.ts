import { applyDecorators, createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { ApiHeader } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { Written } from '#libs/audit';
import { badInput } from '#libs/domain';
import { requestOf } from './needs-scope.js';

/** The `Idempotency-Key` header, as an argument of a REST door that writes. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string | undefined => {
  const header = requestOf(context).headers['idempotency-key'];
  return Array.isArray(header) ? header.join(', ') : header;
});

/** What OpenAPI tells of a REST door that takes an `Idempotency-Key`. */
export const TakesIdempotencyKey = (): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'Idempotency-Key',
      required: false,
      description:
        '1 to 255 printable ASCII characters. Same key and body: the first answer again, for 24 hours, with `Idempotency-Replayed: true`.',
    }),
  );

/** `input` with the header's key. BAD_USER_INPUT where the body names another. */
export function withKey<T extends { idempotencyKey?: string | null }>(input: T, header: string | undefined): T {
  if (header === undefined) return input;
  const named = input.idempotencyKey;
  if (named !== undefined && named !== null && named !== header) {
    throw badInput([
      { pointer: '/idempotencyKey', detail: 'is another key than the Idempotency-Key header: send one' },
    ]);
  }
  return { ...input, idempotencyKey: header };
}

/** The answer to a write, and a header where it is an earlier one's. */
export function answerOnce<T>(reply: FastifyReply, { value, replayed }: Written<T>): T {
  if (replayed) reply.header('Idempotency-Replayed', 'true');
  return value;
}

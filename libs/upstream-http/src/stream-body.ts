import { pipeline, type Readable, type Transform } from 'node:stream';
import zlib from 'node:zlib';
import type { Attempt } from './attempt.js';
import { codingOf, failDecoding } from './body.js';
import { Failed } from './failed.js';
import { failTooLarge, type Reply } from './reply.js';

const DECODERS: Record<string, () => Transform> = {
  gzip: () => zlib.createGunzip(),
  br: () => zlib.createBrotliDecompress(),
  deflate: () => zlib.createInflate(),
};

export interface StreamLimits {
  /** Bounds the decoded bytes too. */
  maxBytes: number;
  /** Milliseconds that the vendor may take for each next chunk. The reader's own time is not counted. */
  chunkMs: number;
  /** performance.now() at which the whole must be over, the reader's time included. */
  deadlineAt: number;
}

function decoded(attempt: Attempt, reply: Reply): Readable | Failed {
  const body = reply.body as Readable;
  const coding = codingOf(reply);
  if (coding === undefined) return body;
  const decoder = DECODERS[coding]?.();
  if (!decoder) return attempt.fail('malformed', 'The body is compressed in a way that was not asked for.');
  return pipeline(body, decoder, () => undefined);
}

/**
 * The body chunk by chunk. A broken, late or oversized body ends it by throwing what `toError` makes of the failure,
 * never as if it were complete; leaving it early closes the connection.
 */
export function streamBody(
  attempt: Attempt,
  reply: Reply,
  limits: StreamLimits,
  toError: (failed: Failed) => Error,
): AsyncIterable<Buffer> | Failed {
  const source = decoded(attempt, reply);
  if (source instanceof Failed) return source;
  const chunks = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let ended = false;

  const limitWhole = (): void =>
    attempt.limit(Math.max(0, limits.deadlineAt - performance.now()), 'The answer was not read within the deadline.');
  limitWhole();

  const next = async (): Promise<IteratorResult<Buffer>> => {
    if (ended) return { done: true, value: undefined };
    if (limits.chunkMs < limits.deadlineAt - performance.now()) {
      attempt.limit(limits.chunkMs, `No more of the body came within ${limits.chunkMs} ms.`);
    }
    let result: IteratorResult<Buffer> | Failed;
    try {
      result = await attempt.step((resolve, reject) => void chunks.next().then(resolve, reject));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (source !== reply.body && reply.complete) result = failDecoding(attempt, error as NodeJS.ErrnoException);
      else result = attempt.fail('truncated', `The answer breaks off in its body (${code ?? 'no code'}).`);
    }
    if (!(result instanceof Failed) && result.done && !reply.complete) {
      result = attempt.fail('truncated', 'The answer breaks off in its body.');
    }
    if (!(result instanceof Failed) && !result.done) {
      attempt.bytes += result.value.length;
      if (attempt.bytes > limits.maxBytes) result = failTooLarge(attempt);
    }
    if (result instanceof Failed) {
      ended = true;
      throw toError(result);
    }
    if (result.done) {
      ended = true;
      attempt.finish();
    } else {
      limitWhole();
    }
    return result;
  };

  return {
    [Symbol.asyncIterator]: () => ({
      next,
      return: () => {
        if (!ended) attempt.fail('cancelled', 'The reader left before the end.');
        ended = true;
        return Promise.resolve({ done: true as const, value: undefined });
      },
    }),
  };
}

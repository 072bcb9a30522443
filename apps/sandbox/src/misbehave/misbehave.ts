import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Misbehaviour, MisbehaviourRules } from './rules.js';

const PAGE =
  '<!DOCTYPE html>\n<html><head><title>Bad gateway</title></head><body><h1>Something went wrong</h1></body></html>\n';

/** Waits; sooner where the caller goes away, so that a closing server is not held up. */
async function pause(reply: FastifyReply, ms: number): Promise<void> {
  const gone = new AbortController();
  const stop = (): void => gone.abort();
  reply.raw.once('close', stop);
  await sleep(ms, undefined, { signal: gone.signal }).catch(() => undefined);
  reply.raw.off('close', stop);
}

/** Resets the connection (RST, not FIN): what a crashed or overloaded peer looks like. */
function reset(reply: FastifyReply): void {
  reply.hijack();
  reply.raw.socket?.resetAndDestroy();
}

async function beforeWork(misbehaviour: Misbehaviour, reply: FastifyReply): Promise<unknown> {
  switch (misbehaviour.kind) {
    case 'status': {
      const { status, headers = {}, body = JSON.stringify({ error: `Answered ${status} on request` }) } = misbehaviour;
      return reply
        .code(status)
        .headers({ 'content-type': 'application/json', ...headers })
        .send(body);
    }
    case 'rate-limit': {
      const { retryAfterSeconds: seconds, asDate } = misbehaviour;
      const value = asDate ? new Date(Date.now() + seconds * 1000).toUTCString() : String(seconds);
      return reply.code(429).header('retry-after', value).send({ error: 'Too many requests' });
    }
    case 'html':
      return reply
        .code(misbehaviour.status ?? 200)
        .type('text/html; charset=utf-8')
        .send(PAGE);
    case 'huge':
      return reply.type('application/json').send(Readable.from(hugeBody(misbehaviour.bytes)));
    case 'delay':
      return pause(reply, misbehaviour.ms);
    case 'reset':
      return misbehaviour.when === 'before' ? reset(reply) : undefined;
    default:
      return undefined;
  }
}

function* hugeBody(bytes: number): Generator<string> {
  const [head, tail] = ['{"result_set":{"padding":"', '"}}'];
  yield head;
  const piece = 'x'.repeat(65_536);
  for (let left = bytes - head.length - tail.length; left > 0; left -= piece.length) yield piece.slice(0, left);
  yield tail;
}

/** The right body, spoilt on its way out. Returns what is sent instead. */
function afterWork(misbehaviour: Misbehaviour, reply: FastifyReply, body: Buffer): unknown {
  const upTo = (part = 0.5): number => Math.floor(body.length * part);
  switch (misbehaviour.kind) {
    case 'reset':
      reset(reply);
      return body;
    case 'malformed':
      return spoilt(reply, Buffer.from(misbehaviour.body ?? '{"result_set": [1, 2,, }'));
    case 'truncate': {
      const cut = body.subarray(0, upTo(misbehaviour.part));
      if (misbehaviour.clean) return spoilt(reply, cut);
      return announced(reply, body, async function* () {
        yield cut;
        await pause(reply, 5);
        reply.raw.socket?.destroy();
      });
    }
    case 'stall':
      return announced(reply, body, async function* () {
        yield body.subarray(0, upTo(misbehaviour.part));
        await pause(reply, misbehaviour.ms ?? 2 ** 31 - 1);
        yield body.subarray(upTo(misbehaviour.part));
      });
    case 'drip':
      return announced(reply, body, async function* () {
        const step = Math.max(1, misbehaviour.bytes);
        for (let at = 0; at < body.length && !reply.raw.destroyed; at += step) {
          if (at > 0) await pause(reply, misbehaviour.everyMs);
          yield body.subarray(at, at + step);
        }
      });
    default:
      return body;
  }
}

function spoilt(reply: FastifyReply, body: Buffer): Buffer {
  reply.header('content-length', body.length);
  return body;
}

/** Streams, with the whole body's length announced: a caller can tell that something is missing. */
function announced(reply: FastifyReply, body: Buffer, pieces: () => AsyncGenerator<Buffer>): Readable {
  reply.header('content-length', body.length);
  return Readable.from(pieces(), { objectMode: false });
}

/** Lets the rules act on every route: before the work is done, or on the answer. */
export function misbehave(server: FastifyInstance, rules: MisbehaviourRules, isOwn: (path: string) => boolean): void {
  const suffering = new WeakMap<FastifyRequest, Misbehaviour>();
  server.addHook('preHandler', async (request, reply) => {
    const misbehaviour = isOwn(request.url) ? undefined : rules.take(request.method, request.url);
    if (!misbehaviour) return undefined;
    suffering.set(request, misbehaviour);
    await beforeWork(misbehaviour, reply);
    return reply.sent || reply.raw.destroyed ? reply : undefined;
  });
  server.addHook('onSend', async (request, reply, payload) => {
    const misbehaviour = suffering.get(request);
    if (!misbehaviour || !(Buffer.isBuffer(payload) || typeof payload === 'string')) return payload;
    return afterWork(misbehaviour, reply, Buffer.from(payload as Buffer));
  });
}

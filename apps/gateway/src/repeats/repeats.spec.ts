import type { AddressInfo } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import type { AuthenticatedKey } from '#libs/tenancy';
import { RequestCaller } from '../edge/request-caller.js';
import { headOf, type KnownHead, MOST_BODIES, Repeats } from './repeats.js';

const keyOf = (more: Partial<AuthenticatedKey> = {}): AuthenticatedKey => ({
  tenantId: 'tenant',
  tenantSlug: 'orbit',
  tenantName: 'Orbit',
  keyId: 'key',
  keyName: 'spec',
  scopes: new Set(),
  appIds: null,
  requestsPerMinute: null,
  ...more,
});

describe('what is kept of requests', () => {
  let server: FastifyInstance;
  afterEach(() => server.close());

  /** A server whose answers all may be repeated. Asking it comes to what was known of the request's head before. */
  const serve = async (repeats: Repeats, key = keyOf()) => {
    server = fastify();
    server.removeAllContentTypeParsers();
    server.addContentTypeParser('*', { parseAs: 'string' }, (request, text, done) => {
      request.sentText = text as string;
      done(null, text);
    });
    let before: KnownHead | undefined;
    server.all('/*', (request, reply) => {
      const found = repeats.find(request.raw);
      before = found?.head;
      if (found) expect(found.id).toBe(headOf(request.raw).id);
      request.caller = new RequestCaller(key, 'REST', request.id, false, reply.raw);
      request.repeat = () => undefined;
      return reply.headers({ 'X-Told': 'yes', ETag: 'W/"1"' }).send('{}');
    });
    server.addHook('onResponse', async (request, reply) => repeats.keep(request, reply));
    await server.listen({ port: 0 });
    const { port } = server.server.address() as AddressInfo;
    return async (
      path: string,
      body?: string,
      headers: Record<string, string> = {},
    ): Promise<KnownHead | undefined> => {
      const init = body === undefined ? {} : { method: 'POST', body };
      await (
        await fetch(`http://127.0.0.1:${port}${path}`, { headers: { 'x-api-key': 'key', ...headers }, ...init })
      ).text();
      return before;
    };
  };

  it('is the head of the answer, but for what tells of one answer alone', async () => {
    const ask = await serve(new Repeats());
    await ask('/a', undefined, { 'x-request-id': 'one', traceparent: 'x' });
    const known = await ask('/a', undefined, { 'x-request-id': 'two' });
    expect(known).toMatchObject({ presented: 'key', bypassCache: false, route: '/*' });
    expect(known?.bodies.get('')?.head).toEqual(['x-told', 'yes', 'content-type', 'text/plain; charset=utf-8']);
    expect(await ask('/a', undefined, { 'x-other': 'one' })).toBeUndefined();
    // Twice, since what stands beside the connection is asked first.
    for (const id of ['two', 'two', 'three']) expect(await ask('/a', undefined, { 'x-request-id': id })).toBeDefined();
    expect(await ask('/a', undefined, { 'x-other': 'two', 'x-request-id': 'three' })).toBeUndefined();
  });

  it('has a bound, and the one used longest ago goes first', async () => {
    const ask = await serve(new Repeats(28_000));
    for (const path of ['/1', '/2', '/3', '/1', '/4']) await ask(path);
    expect([await ask('/1'), await ask('/4')]).toEqual([expect.anything(), expect.anything()]);
    expect(await ask('/2')).toBeUndefined();
  });

  it('counts bodies as it counts heads', async () => {
    const ask = await serve(new Repeats(28_000));
    const body = (n: number) => String(n).padEnd(4_000);
    for (let n = 0; n < 2; n++) await ask('/', body(n));
    expect((await ask('/', body(0)))?.bodies.size).toBe(2);
    await ask('/', body(2));
    expect(await ask('/', body(0))).toBeUndefined();
  });

  it('begins anew with a head that has too many bodies', async () => {
    const ask = await serve(new Repeats());
    for (let n = 0; n < MOST_BODIES; n++) await ask('/', String(10 + n));
    expect((await ask('/', '10'))?.bodies.size).toBe(MOST_BODIES);
    expect((await ask('/', '10'))?.bodies.size).toBe(1);
  });

  it('is nothing of long heads and bodies, of a key with a limit, and of what has no key of its own', async () => {
    const ask = await serve(new Repeats());
    for (const [path, body, headers] of [
      [`/${'a'.repeat(8_192)}`],
      ['/', 'b'.repeat(8_193)],
      ['/', undefined, { 'if-none-match': '*' }],
      ['/', undefined, { authorization: 'Bearer other' }],
    ] as [string, string?, Record<string, string>?][]) {
      await ask(path, body, headers);
      expect(await ask(path, body, headers)).toBeUndefined();
    }
    await server.close();
    const limited = await serve(new Repeats(), keyOf({ requestsPerMinute: 5 }));
    await limited('/');
    expect(await limited('/')).toBeUndefined();
  });
});

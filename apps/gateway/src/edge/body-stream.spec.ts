import { fastify, type FastifyInstance } from 'fastify';
import { beginning } from './beginning.js';
import { bodyStream } from './body-stream.js';

/** A server whose answers would never end: what is read of them, and whether they were left. */
describe('bodyStream', () => {
  let server: FastifyInstance;
  let url: string;
  let read = 0;
  let left: Promise<void>;
  beforeAll(async () => {
    server = fastify({ forceCloseConnections: true });
    server.get('/', async (request, reply) => {
      read = 0;
      let leave = (): void => undefined;
      left = new Promise((resolve) => (leave = resolve));
      const endless = (async function* () {
        try {
          for (;;) {
            read++;
            yield Buffer.alloc(65_536);
            await new Promise(setImmediate);
          }
        } finally {
          leave();
        }
      })();
      reply.header('content-type', 'text/csv');
      await reply.send(bodyStream(request, await beginning(endless)));
    });
    url = await server.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => server.close());

  it('leaves the body of a HEAD, which is answered with its head alone', async () => {
    const answer = await fetch(url, { method: 'HEAD' });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/csv']);
    await left;
    expect(read).toBe(1);
  });

  it('sends that of a GET as long as somebody reads', async () => {
    const leaving = new AbortController();
    const answer = await fetch(url, { signal: leaving.signal });
    const reader = answer.body!.getReader();
    for (let bytes = 0; bytes < 1_000_000;) bytes += (await reader.read()).value!.length;
    expect(read).toBeGreaterThan(10);
    leaving.abort();
    await left;
  });
});

import { request as httpRequest } from 'node:http';
import { fastify, type FastifyInstance } from 'fastify';
import { GatewayError } from '#libs/domain';
import { registerDoorBodies } from './door-body.js';

/** A server with two doors: /body, whose key stands in the body, and /head; their handlers answer the body. */
describe('registerDoorBodies', () => {
  let server: FastifyInstance;
  let url: URL;
  beforeAll(async () => {
    server = fastify();
    registerDoorBodies(server, {
      checkKey: ({ doorBody }) => {
        if (!doorBody?.includes('good')) throw new GatewayError('UNAUTHENTICATED', 'no key');
      },
      refuse: (error, _, reply) => void reply.code(400).send({ code: (error as GatewayError).code }),
      dialectAt: (route) =>
        route === '/ours' ? undefined : { takesBody: true, keyIn: route === '/body' ? 'body' : 'head' },
    });
    for (const path of ['/body', '/head', '/ours']) {
      const handler = (request: { doorBody?: string; body?: unknown }) => ({
        door: request.doorBody ?? null,
        body: request.body ?? null,
      });
      server.route({ method: ['GET', 'POST', 'DELETE'], url: path, handler });
    }
    url = new URL(await server.listen({ host: '127.0.0.1', port: 0 }));
  });
  afterAll(() => server.close());

  const send = (method: string, path: string, body?: string, headers: Record<string, string> = {}) =>
    new Promise<{ status: number; body: unknown; connection: string | undefined }>((resolve, reject) => {
      const request = httpRequest({ hostname: url.hostname, port: url.port, method, path, headers }, (answer) => {
        let text = '';
        answer.setEncoding('utf8').on('data', (piece: string) => (text += piece));
        answer.on('end', () =>
          resolve({ status: answer.statusCode!, body: JSON.parse(text), connection: answer.headers.connection }),
        );
      });
      // Of a body that is refused before its end, the rest can't be written.
      request.on('error', reject);
      request.end(body);
    });

  const json = '{"api_key":"good"}';
  it.each([
    ['POST', {}],
    ['POST', { 'content-type': 'text/plain' }],
    ['POST', { 'content-type': 'no media type' }],
    ['POST', { 'content-type': 'application/json', 'transfer-encoding': 'chunked' }],
    ['GET', { 'content-length': String(json.length) }],
    ['DELETE', { 'content-type': 'application/json', 'content-length': String(json.length) }],
  ])('reads the body of %s with %j as text', async (method, headers) => {
    for (const path of ['/body', '/head']) {
      expect(await send(method, path, json, headers as Record<string, string>)).toMatchObject({
        status: 200,
        body: { door: json, body: null },
      });
    }
  });

  it('takes no body for an empty one', async () => {
    expect(await send('GET', '/head')).toMatchObject({ status: 200, body: { door: '' } });
    expect(await send('GET', '/body')).toMatchObject({ status: 400, body: { code: 'UNAUTHENTICATED' } });
  });

  it('refuses a key that it finds in the body, before the handler', async () => {
    expect(await send('POST', '/body', '{"api_key":"bad"}')).toMatchObject({ body: { code: 'UNAUTHENTICATED' } });
  });

  it('reads less before it knows whose it is, and closes where it stopped reading', async () => {
    const long = 'good '.repeat(20_000);
    expect(await send('POST', '/body', long)).toMatchObject({
      body: { code: 'PAYLOAD_TOO_LARGE' },
      connection: 'close',
    });
    expect(await send('POST', '/head', long)).toMatchObject({ status: 200, body: { door: long } });
  });

  it('leaves other routes alone', async () => {
    const headers = { 'content-type': 'application/json' };
    expect(await send('POST', '/ours', json, headers)).toMatchObject({ body: { door: null, body: JSON.parse(json) } });
  });
});

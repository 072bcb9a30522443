import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { jest } from '@jest/globals';
import { KeyGuard } from '../apps/gateway/src/edge/key-guard.js';
import { Log } from '../apps/gateway/src/operations/log.js';
import { useGateway } from './support/gateway.js';
import { rawRequest, rawTalk } from './support/raw-talk.js';
import { waitUntil } from './support/wait-until.js';

const GET = '/v1/kpis?from=2026-01-01&to=2026-01-03&vendors=adjust&metrics=installs&group_by=day';
const INPUT = '{ from: "2026-01-01", to: "2026-01-03", vendors: [ADJUST], metrics: [INSTALLS], groupBy: [DAY] }';
const BODY = JSON.stringify({ query: `{ kpis(input: ${INPUT}) { rows { time metrics { value } } } }` });
/** As long as BODY to the byte, and another question. */
const OTHER = BODY.replace('2026-01-03', '2026-01-02');

const lines: { msg: string }[] = [];

/** How requests that came before may stand on the wire: in pieces, one behind the other, broken off. */
describe('requests that come again, on the wire', () => {
  const gateway = useGateway({
    env: { KPI_CACHE_RECENT_SECONDS: '0', KPI_CACHE_PAST_SECONDS: '0', KPI_CACHE_STALE_SECONDS: '0' },
    adjustOnly: true,
    log: Log.into('info', (line) => lines.push(JSON.parse(line) as { msg: string })),
  });
  let key: string;
  let headers: Record<string, string>;
  let json: Record<string, string>;
  let get: string;
  let post: string;
  beforeAll(async () => {
    key = await gateway.key();
    headers = { Authorization: `Bearer ${key}`, 'X-Request-Id': 'the-same' };
    json = { ...headers, 'Content-Type': 'application/json' };
    get = rawRequest('GET', GET, headers);
    post = rawRequest('POST', '/graphql', json, BODY);
  });
  afterEach(() => {
    jest.restoreAllMocks();
    gateway.sandbox.reset();
  });

  const server = () => gateway.app.getHttpServer() as Server;
  const talk = (...pieces: (string | Buffer)[]) => rawTalk(server(), ...pieces);
  /** How many requests the work sent the long way: the guard is asked there alone. */
  const longOnes = async (work: () => Promise<unknown>): Promise<number> => {
    const asked = jest.spyOn(gateway.app.get(KeyGuard), 'check').mockClear();
    await work();
    return asked.mock.calls.length;
  };
  /** What `work` came to without the long road, which a request takes where its key is due to be looked up again. */
  const shortly = async <T>(work: () => Promise<T>): Promise<T> => {
    for (let time = 0; time < 30; time++) {
      let done: T | undefined;
      if ((await longOnes(async () => (done = await work()))) === 0) return done!;
    }
    throw new Error('It never took the short road.');
  };
  const known = async () => {
    await shortly(() => talk(get));
    await shortly(() => talk(post + BODY));
  };
  /** The answer on the long road: a header that is new each time makes a request another one. */
  let times = 0;
  const long = (method: string, path: string, more: object = {}, body?: string) =>
    talk(
      rawRequest(method, path, { ...(body ? json : headers), ...more, 'X-New': String(times++) }, body) + (body ?? ''),
    );

  it('are answered where the body comes later than the head', async () => {
    await known();
    const { lasting } = await shortly(() => talk(post, BODY));
    expect(lasting).toBe((await long('POST', '/graphql', {}, BODY)).lasting);
  });

  it('come to the long road whole, however their body is cut', async () => {
    await known();
    const { lasting } = await shortly(() => talk(post + BODY));
    for (const at of [1, 40, BODY.length - 1]) {
      for (const pieces of [
        [post + BODY.slice(0, at), BODY.slice(at)],
        [post, BODY.slice(0, at), BODY.slice(at)],
      ]) {
        let answer = '';
        expect(await longOnes(async () => (answer = (await talk(...pieces)).lasting))).toBe(1);
        expect(answer).toBe(lasting);
      }
    }
  });

  it('are told from others of the same head', async () => {
    await known();
    let answer = '';
    expect(await longOnes(async () => (answer = (await talk(post + OTHER)).text))).toBe(1);
    expect(answer).toContain('"2026-01-02"');
    expect(answer).not.toContain('"2026-01-03"');
    expect((await shortly(() => talk(post + OTHER))).text).not.toContain('"2026-01-03"');
    expect((await shortly(() => talk(post + BODY))).text).toContain('"2026-01-03"');
  });

  it('are compared byte for byte: what is no UTF-8 is not taken for what it is read as', async () => {
    const body = JSON.stringify({ query: '{ viewer { keyName } } # \ufffd\ufffd' });
    const head = rawRequest('POST', '/graphql', json, body);
    await shortly(() => talk(head + body));
    const [before, behind] = body.split('\ufffd\ufffd') as [string, string];
    // Read as the body that is known, and four bytes of it are still to come.
    const piece = Buffer.concat([Buffer.from(before), Buffer.from([0xff, 0xff]), Buffer.from(behind)]);
    expect(await longOnes(() => talk(head, piece, '    '))).toBe(1);
  });

  it('are answered in their order where they come one behind the other', async () => {
    await known();
    const open = { Connection: 'keep-alive' };
    const first = rawRequest('GET', GET, { ...headers, ...open });
    const second = rawRequest('POST', '/graphql', { ...json, ...open }, BODY) + BODY;
    await shortly(() => talk(first + get));
    await shortly(() => talk(second + get));
    const { text } = await shortly(() => talk(first + second + second + first + get));
    const bodies = text
      .split('HTTP/1.1 200 OK')
      .slice(1)
      .map((answer) => answer.split('\r\n\r\n')[1]!.slice(0, 8));
    expect(bodies).toEqual(['{"rows":', '{"data":', '{"data":', '{"rows":', '{"rows":']);
  });

  it('are answered to HTTP/1.0 as on the long road', async () => {
    await known();
    const old = (request: string) => talk(request.replace(/HTTP\/1\.1(?=\r\nHost)/, 'HTTP/1.0'));
    const { lasting } = await shortly(() => old(get));
    const unknown = rawRequest('GET', GET, { ...headers, 'X-New': String(times++) });
    expect(lasting).toBe((await old(unknown)).lasting);
  });

  it('take the long road where anything is unusual about them', async () => {
    await known();
    const etag = /etag: (.*)\r\n/i.exec((await talk(get)).text)![1]!;
    const chunked = { ...json, 'Transfer-Encoding': 'chunked' };
    const inChunks = `${rawRequest('POST', '/graphql', chunked)}${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;
    const table: [string, RegExp][] = [
      [rawRequest('HEAD', GET, headers), /^HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\n$/],
      [rawRequest('GET', GET, { ...headers, 'If-None-Match': etag }), /^HTTP\/1\.1 304 /],
      [rawRequest('GET', GET, { ...headers, 'If-None-Match': 'W/"old"' }), /^HTTP\/1\.1 200 /],
      [rawRequest('GET', GET, headers, BODY) + BODY, /^HTTP\/1\.1 200 /],
      [inChunks, /^HTTP\/1\.1 200 /],
      [rawRequest('GET', GET, { ...headers, authorization: `Bearer ${key}` }), /^HTTP\/1\.1 401 /],
      [rawRequest('GET', GET, { ...headers, 'X-API-Key': `${key}x` }), /^HTTP\/1\.1 401 /],
      [rawRequest('GET', GET, { ...headers, Accept: 'text/csv' }), /^HTTP\/1\.1 200 [^]*\r\ndate,|vendor,/],
      [rawRequest('GET', `${GET}&group_by=week`, headers), /^HTTP\/1\.1 400 /],
      [rawRequest('PUT', '/graphql', json, BODY) + BODY, /^HTTP\/1\.1 405 /],
    ];
    for (const [request, answer] of table) {
      // As often as it takes for what could be known.
      for (let time = 0; time < 3; time++) {
        let text = '';
        expect(await longOnes(async () => (text = (await talk(request)).text))).toBe(1);
        expect(text).toMatch(answer);
      }
    }
  });

  it('of Basic are refused from a stranger’s page, whatever was known of them', async () => {
    const basic = { ...json, Authorization: `Basic ${Buffer.from(`x:${key}`).toString('base64')}` };
    await shortly(() => talk(rawRequest('POST', '/graphql', basic, BODY) + BODY));
    const { text } = await talk(
      rawRequest('POST', '/graphql', { ...basic, Origin: 'https://evil.example' }, BODY) + BODY,
    );
    expect(text).toMatch(/^HTTP\/1\.1 403 /);
  });

  it('have an id of their own where theirs stands twice', async () => {
    await known();
    const twice = get.replace('X-Request-Id: the-same\r\n', 'X-Request-Id: one\r\nx-request-id: two\r\n');
    const { text } = await shortly(() => talk(twice));
    expect(text).toMatch(/x-request-id: [0-9a-f]{8}-[0-9a-f-]{27}\r\n/);
  });

  it('whose body never comes leave nothing behind', async () => {
    await known();
    for (const bytes of [post, post + BODY.slice(0, 20)]) {
      const asked = once(server(), 'request');
      const socket = connect((server().address() as AddressInfo).port);
      socket.write(bytes);
      const [request] = (await asked) as [IncomingMessage];
      // Without a listener for its error, as in the gateway.
      const gone = new Promise((resolve) => request.once('close', resolve));
      socket.destroy();
      await gone;
    }
    expect((await talk(get)).text).toMatch(/^HTTP\/1\.1 200 /);
  });

  it.each([
    ['REST', () => get],
    ['GraphQL', () => post + BODY],
  ])('end the vendor’s call when their caller leaves, at %s, and are not told as answered', async (_, bytes) => {
    await known();
    const leave = async (): Promise<void> => {
      gateway.sandbox.reset();
      gateway.sandbox.misbehave({ do: { kind: 'delay', ms: 3_600_000 } });
      lines.length = 0;
      const socket = connect((server().address() as AddressInfo).port);
      socket.write(bytes());
      await waitUntil(() => gateway.sandbox.requests.length === 1);
      socket.destroy();
      await waitUntil(() => gateway.sandbox.requests[0]!.aborted && lines.some(({ msg }) => msg === 'upstream'));
    };
    await shortly(leave);
    gateway.sandbox.reset();
    // A whole one after it: what was to be said of the first would have been said before.
    await talk(get);
    await waitUntil(() => lines.some(({ msg }) => msg === 'request'));
    expect(lines.filter(({ msg }) => msg === 'request')).toHaveLength(1);
  });

  it('hold nothing of the first request, nor of its connection', async () => {
    setFlagsFromString('--expose-gc');
    const collect = runInNewContext('gc') as () => void;
    const seen: WeakRef<IncomingMessage>[] = [];
    const note = (request: IncomingMessage) => void seen.push(new WeakRef(request));
    server().on('request', note);
    const own = { ...headers, 'X-New': 'held' };
    await shortly(() => talk(rawRequest('GET', GET, own)));
    await shortly(() => talk(rawRequest('POST', '/graphql', { ...json, 'X-New': 'held' }, BODY) + BODY));
    server().off('request', note);
    // The last ones may still be on their way out.
    for (let time = 0; time < 3; time++) await long('GET', GET);
    await waitUntil(() => {
      collect();
      return seen.every((request) => request.deref() === undefined);
    });
  });
});

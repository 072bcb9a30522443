import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { UpstreamError, UpstreamHttp } from '#libs/upstream-http';
import { AdjustKpiClient, InvalidAdjustQuery, rowsOf, type AdjustKpiQuery, type AdjustKpiStream } from './index.js';

const SECRET = 'user-token-Ä/1';
const credential = { id: 'tenant:adjust:1', secret: () => Promise.resolve({ reveal: () => SECRET }) };
const query: AdjustKpiQuery = {
  appTokens: ['2eb2na2w54c3'],
  startDate: '2026-01-01',
  endDate: '2026-01-31',
  kpis: ['installs'],
  grouping: ['day'],
  utcOffset: '+02:00',
};

const app = { token: '2eb2na2w54c3', name: 'App', currency: 'EUR' };
const days = (count: number) => Array.from({ length: count }, (_, day) => ({ date: `day ${day}`, kpi_values: [day] }));
const answerOf = (count: number) =>
  JSON.stringify({ result_parameters: { kpis: ['installs'] }, result_set: { ...app, dates: days(count) } });

describe('AdjustKpiClient', () => {
  let respond: (request: IncomingMessage, response: ServerResponse) => void;
  let seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    respond(request, response);
  });
  let http: UpstreamHttp;
  let client: AdjustKpiClient;

  const reply = (status: number, body: string, type = 'application/json') => {
    respond = (_request, response) => response.writeHead(status, { 'content-type': type }).end(body);
  };

  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => server.close());
  beforeEach(() => {
    seen = [];
    http = new UpstreamHttp({ tryTimeoutMs: 10_000, retry: { attempts: 1 } });
    const { port } = server.address() as AddressInfo;
    client = new AdjustKpiClient(http, { baseUrl: `http://127.0.0.1:${port}/base` });
  });
  afterEach(() => {
    http.close();
    server.closeAllConnections();
  });

  async function failureOf(work: Promise<unknown>): Promise<UpstreamError> {
    const error: unknown = await work.then(
      () => undefined,
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(UpstreamError);
    expect(JSON.stringify(error) + (error as Error).stack).not.toContain(SECRET);
    return error as UpstreamError;
  }

  async function rowsOfStream(stream: AdjustKpiStream) {
    const rows = [];
    for await (const batch of stream.rows) rows.push(...rowsOf(batch, stream.head, stream.app));
    return rows;
  }

  it('asks for JSON with the token in a header, and nowhere else', async () => {
    respond = (request, response) => {
      const authorization = Buffer.from(request.headers.authorization!, 'latin1').toString('latin1');
      response.end(authorization.startsWith('Token token=user-token-') ? answerOf(2) : '{"error":"no token"}');
    };
    const answer = await client.query('overview', credential, query);
    expect(answer.rows).toEqual([
      { app, cells: [{ name: 'day 0' }], values: [0] },
      { app, cells: [{ name: 'day 1' }], values: [1] },
    ]);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ method: 'GET', headers: { accept: 'application/json' } });
    const url = new URL(seen[0]!.url!, 'http://x');
    expect(url.pathname).toBe('/base/kpis/v1/2eb2na2w54c3');
    expect([...url.searchParams]).toEqual([
      ['start_date', '2026-01-01'],
      ['end_date', '2026-01-31'],
      ['kpis', 'installs'],
      ['grouping', 'day'],
      ['utc_offset', '+02:00'],
    ]);
    // A plus sign that is not encoded arrives as a space.
    expect(seen[0]!.url).toContain('utc_offset=%2B02%3A00');
  });

  it('sends nothing where the query is wrong', async () => {
    const wrong = { ...query, endDate: '2025-01-01' };
    for (const method of ['query', 'table', 'stream'] as const) {
      await expect(client[method]('overview', credential, wrong)).rejects.toThrow(InvalidAdjustQuery);
    }
    expect(seen).toEqual([]);
  });

  it('hands on what Adjust refuses, in its words and without the token', async () => {
    const methods = [client.query, client.table, client.stream].map((method) => method.bind(client));
    for (const [status, failure] of [
      [400, 'rejected'],
      [401, 'credential'],
      [403, 'forbidden'],
      [404, 'not-found'],
    ] as const) {
      // prettier-ignore
      for (const method of methods) {
        reply(status, JSON.stringify({ error: `start_date: bad, says ${SECRET}` }));
        const error = await failureOf(method('overview', credential, query));
        expect(error).toMatchObject({ failure, status, kind: 'refusal', message: 'start_date: bad, says [redacted]' });
      }
    }
    for (const method of methods) {
      reply(200, JSON.stringify({ error: `half a year at most, ${SECRET}` }));
      const error = await failureOf(method('overview', credential, query));
      expect(error).toMatchObject({ failure: 'rejected', status: 200, message: 'half a year at most, [redacted]' });
    }
  });

  it('tells an unreadable answer from a refusal', async () => {
    const methods = [client.query, client.table, client.stream].map((method) => method.bind(client));
    const bodies = [
      ['<html>Maintenance</html>', 'malformed'],
      ['{"result_parameters":{"kpis":["clicks"]},"result_set":{"dates":[]}}', 'malformed'],
      [answerOf(1).replace('dates', 'countries'), 'malformed'],
      ['{"result_parameters":{}} {}', 'malformed'],
      [answerOf(1).slice(0, -3), 'truncated'],
      [answerOf(1).replace('[0]', '[0,1]'), 'malformed'],
    ] as const;
    for (const [body, failure] of bodies) {
      for (const method of methods) {
        reply(200, body, 'text/html');
        const read = async () => {
          const answer = await method('overview', credential, query);
          if ('rows' in answer && !Array.isArray(answer.rows)) await rowsOfStream(answer as AdjustKpiStream);
        };
        const error = await failureOf(read());
        expect([body, error.failure, error.kind]).toEqual([body, failure, 'unreadable-answer']);
        expect(error.message).not.toContain('Maintenance');
      }
    }
  });

  it('reads the same rows whole, in batches and as they come', async () => {
    reply(200, answerOf(1500));
    const { rows } = await client.query('overview', credential, query);
    const table = await client.table('overview', credential, query);
    const stream = await client.stream('overview', credential, query);
    expect(stream).toMatchObject({ head: { kpis: ['installs'], columns: ['day'] }, app });
    expect(table.batches.flatMap((batch) => [...rowsOf(batch, table.head, table.app)])).toEqual(rows);
    expect(await rowsOfStream(stream)).toEqual(rows);
    expect(rows).toHaveLength(1500);
  });

  it('starts to hand on rows before the answer is over', async () => {
    let finish: () => void = () => undefined;
    const body = answerOf(1500);
    respond = (_request, response) => {
      response.write(body.slice(0, 30_000));
      finish = () => response.end(body.slice(30_000));
    };
    const stream = await client.stream('overview', credential, query);
    const rows = stream.rows[Symbol.asyncIterator]();
    const first = await rows.next();
    expect(first.done).toBe(false);
    finish();
    let count = (first.value as { length: number }).length;
    for (let next = await rows.next(); !next.done; next = await rows.next()) count += next.value.length;
    expect(count).toBe(1500);
  });

  it('throws from the rows where the answer breaks off', async () => {
    const body = answerOf(1500);
    const ends: ((response: ServerResponse) => void)[] = [
      (response) => response.end(body.slice(0, -5)),
      (response) => response.write(body.slice(0, 30_000), () => response.destroy()),
    ];
    for (const end of ends) {
      respond = (_request, response) => void end(response);
      const stream = await client.stream('overview', credential, query);
      const error = await failureOf(rowsOfStream(stream));
      expect(error).toMatchObject({ failure: 'truncated', sent: true });
    }
  });

  it('closes the connection when the rows are left, or the caller goes', async () => {
    const closed: Promise<void>[] = [];
    respond = (_request, response) => {
      closed.push(new Promise((resolve) => response.on('close', resolve)));
      response.write(answerOf(1500).slice(0, 30_000));
    };
    const left = await client.stream('overview', credential, query);
    for await (const batch of left.rows) if (batch.length > 0) break;
    await closed[0];
    const unread = await client.stream('overview', credential, query);
    await unread.rows[Symbol.asyncIterator]().return?.();
    await closed[1];
    const caller = new AbortController();
    const stream = await client.stream('overview', credential, query, { signal: caller.signal });
    const reading = failureOf(rowsOfStream(stream));
    caller.abort();
    expect((await reading).failure).toBe('cancelled');
    await closed[2];
  });

  it('verifies a token: only 401 means no', async () => {
    reply(200, '{"result_parameters":{},"result_set":{}}');
    expect(await client.verify(credential, ['2eb2na2w54c3'])).toMatchObject({ valid: true });
    for (const status of [400, 403, 404]) {
      reply(status, '{"error":"no such app"}');
      expect(await client.verify(credential, [])).toEqual({
        valid: true,
        message: 'Adjust accepts the user token, and says: no such app',
      });
    }
    reply(401, '{"error":"token unknown"}');
    expect(await client.verify(credential, [])).toEqual({ valid: false, message: 'token unknown' });
    for (const [status, failure] of [
      [429, 'rate-limited'],
      [503, 'unavailable'],
    ] as const) {
      // prettier-ignore
      reply(status, '');
      expect((await failureOf(client.verify(credential, []))).failure).toBe(failure);
    }
    reply(200, '<html></html>');
    expect((await failureOf(client.verify(credential, []))).failure).toBe('malformed');
  });
});

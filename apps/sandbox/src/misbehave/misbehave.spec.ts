import { get as httpGet } from 'node:http';
import type { Sandbox } from '../sandbox.js';
import { startSandbox } from '../sandbox.js';
import { ask } from '../testing.js';
import { DEMO_USER } from '../adjust/access.js';

const PATH = '/kpis/v1/2eb2na2w54c3?start_date=2026-05-01&end_date=2026-05-31&kpis=installs';

/** What a plain client sees: how much of how much, and how it ended. */
function raw(sandbox: Sandbox): Promise<{ status: number; announced: number; body: string; failure?: string }> {
  return new Promise((resolve) => {
    const headers = { authorization: `Token ${DEMO_USER.token}` };
    let status = 0;
    let announced = 0;
    let body = '';
    const end = (failure?: string): void => resolve({ status, announced, body, ...(failure && { failure }) });
    httpGet(`${sandbox.url}${PATH}`, { headers, agent: false }, (response) => {
      status = response.statusCode ?? 0;
      announced = Number(response.headers['content-length']);
      response.setEncoding('utf8').on('data', (piece: string) => (body += piece));
      response.on('end', () => end()).on('error', (error: NodeJS.ErrnoException) => end(error.code));
    }).on('error', (error: NodeJS.ErrnoException) => end(error.code));
  });
}

describe('misbehaviour', () => {
  let sandbox: Sandbox;
  let right: string;
  beforeAll(async () => {
    sandbox = await startSandbox({ now: new Date('2026-06-10T12:30:00Z') });
    right = (await ask(sandbox, PATH)).text;
  });
  beforeEach(() => sandbox.reset());
  afterAll(() => sandbox.close());

  const last = () => sandbox.requests.at(-1);

  it('meets as many requests as it says, after as many as it says, where path and method fit', async () => {
    sandbox.misbehave({
      path: 'kpis/v1/.*installs',
      method: 'get',
      times: 2,
      after: 1,
      do: { kind: 'status', status: 503 },
    });
    const statuses: number[] = [];
    for (let i = 0; i < 5; i++) statuses.push((await ask(sandbox, PATH)).status);
    expect(statuses).toEqual([200, 503, 503, 200, 200]);
    sandbox.misbehave({ path: '/apps/', do: { kind: 'status', status: 500 } });
    expect((await ask(sandbox, PATH)).status).toBe(200);
    sandbox.misbehave({ times: null, do: { kind: 'status', status: 502 } });
    expect([(await ask(sandbox, PATH)).status, (await ask(sandbox, PATH)).status]).toEqual([502, 502]);
    sandbox.reset();
    expect((await ask(sandbox, PATH)).text).toBe(right);
  });

  it('refuses rules that are none', () => {
    expect(() => sandbox.misbehave({ do: { kind: 'explode' } as never })).toThrow('do.kind must be one of');
    expect(() => sandbox.misbehave({} as never)).toThrow('do.kind');
    expect(() => sandbox.misbehave({ do: { kind: 'delay' } as never })).toThrow('do.ms must be a number');
    expect(() => sandbox.misbehave({ do: { kind: 'reset' } as never })).toThrow('do.when');
  });

  it('answers a status with a body of one’s own', async () => {
    sandbox.misbehave({ do: { kind: 'status', status: 500, body: 'oops', headers: { 'content-type': 'text/plain' } } });
    const { status, text, headers } = await ask(sandbox, PATH);
    expect([status, text, headers.get('content-type')]).toEqual([500, 'oops', 'text/plain']);
    expect(last()).toMatchObject({ status: 500, worked: false, aborted: false });
  });

  it('asks to come back later, in seconds or by date', async () => {
    sandbox.misbehave({ do: { kind: 'rate-limit', retryAfterSeconds: 3 } });
    sandbox.misbehave({ do: { kind: 'rate-limit', retryAfterSeconds: 3600, asDate: true } });
    const [seconds, date] = [await ask(sandbox, PATH), await ask(sandbox, PATH)];
    expect([seconds.status, seconds.headers.get('retry-after')]).toEqual([429, '3']);
    expect(date.status).toBe(429);
    const wait = Date.parse(date.headers.get('retry-after') ?? '') - Date.now();
    expect(wait).toBeGreaterThan(3_500_000);
    expect(wait).toBeLessThanOrEqual(3_600_000);
  });

  it('sends web pages', async () => {
    sandbox.misbehave({ do: { kind: 'html' } });
    sandbox.misbehave({ do: { kind: 'html', status: 502 } });
    for (const status of [200, 502]) {
      const page = await ask(sandbox, PATH);
      expect([page.status, page.headers.get('content-type')]).toEqual([status, 'text/html; charset=utf-8']);
      expect(page.text).toMatch(/^<!DOCTYPE html>/);
      expect(last()?.worked).toBe(false);
    }
  });

  it('is late, and lets go when the caller leaves', async () => {
    sandbox.misbehave({ do: { kind: 'delay', ms: 20 } });
    expect((await ask(sandbox, PATH)).text).toBe(right);
    sandbox.misbehave({ do: { kind: 'delay', ms: 3_600_000 } });
    const gone = new AbortController();
    const call = fetch(`${sandbox.url}${PATH}`, { signal: gone.signal });
    while (sandbox.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    gone.abort();
    await expect(call).rejects.toThrow();
    while (!last()?.aborted) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(last()).toMatchObject({ worked: false });
  });

  it('resets connections before the work and after it', async () => {
    sandbox.misbehave({ do: { kind: 'reset', when: 'before' } });
    expect(await raw(sandbox)).toMatchObject({ status: 0, failure: 'ECONNRESET' });
    expect(last()).toMatchObject({ worked: false, aborted: true });
    sandbox.misbehave({ do: { kind: 'reset', when: 'after' } });
    expect(await raw(sandbox)).toMatchObject({ status: 0, failure: 'ECONNRESET' });
    expect(last()).toMatchObject({ worked: true, aborted: true });
    expect((await ask(sandbox, PATH)).text).toBe(right);
  });

  it('truncates, so that it shows and so that it does not', async () => {
    sandbox.misbehave({ do: { kind: 'truncate', part: 0.25 } });
    const broken = await raw(sandbox);
    expect(broken).toMatchObject({ status: 200, failure: 'ECONNRESET' });
    expect(broken.announced).toBe(Buffer.byteLength(right));
    expect(right.startsWith(broken.body)).toBe(true);
    sandbox.misbehave({ do: { kind: 'truncate', clean: true } });
    const clean = await raw(sandbox);
    expect(clean.failure).toBeUndefined();
    expect(clean.body).toBe(right.slice(0, Math.floor(right.length / 2)));
  });

  it('stalls half-way: for a while, or until the caller gives up', async () => {
    sandbox.misbehave({ do: { kind: 'stall', ms: 20 } });
    expect((await raw(sandbox)).body).toBe(right);
    sandbox.misbehave({ do: { kind: 'stall', part: 0.1 } });
    const response = await fetch(`${sandbox.url}${PATH}`, {
      headers: { authorization: `Token ${DEMO_USER.token}` },
      signal: AbortSignal.timeout(300),
    });
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  it('sends what is no JSON, too much of it, and all too slowly', async () => {
    sandbox.misbehave({ do: { kind: 'malformed' } });
    const malformed = await raw(sandbox);
    expect(malformed.status).toBe(200);
    expect(() => JSON.parse(malformed.body) as unknown).toThrow(SyntaxError);
    sandbox.misbehave({ do: { kind: 'huge', bytes: 3_000_000 } });
    const huge = await raw(sandbox);
    expect([huge.body.length, typeof JSON.parse(huge.body)]).toEqual([3_000_000, 'object']);
    sandbox.misbehave({ do: { kind: 'drip', bytes: 100, everyMs: 1 } });
    expect((await raw(sandbox)).body).toBe(right);
    expect(last()).toMatchObject({ status: 200, worked: true });
  });
});

import type { LoggedRequest } from './request-log.js';
import type { Sandbox, SandboxOptions } from './sandbox.js';
import { startSandbox } from './sandbox.js';
import { ask } from './testing.js';
import { DEMO_USER, LIMITED_USER } from './adjust/access.js';

const PATH = '/kpis/v1/2eb2na2w54c3?start_date=2026-05-01&end_date=2026-05-31&kpis=installs';

describe('a sandbox', () => {
  const running: Sandbox[] = [];
  const start = async (options?: SandboxOptions): Promise<Sandbox> => {
    const sandbox = await startSandbox(options);
    running.push(sandbox);
    return sandbox;
  };
  afterEach(() => Promise.all(running.splice(0).map((sandbox) => sandbox.close())));

  const control = async <T>(sandbox: Sandbox, method: string, path: string, body?: unknown): Promise<[number, T]> => {
    const response = await fetch(new URL(`/__sandbox/${path}`, sandbox.url), {
      method,
      ...(body !== undefined && { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
    return [response.status, (await response.json()) as T];
  };

  it('logs what it is sent, the newest so many', async () => {
    const sandbox = await start({ logSize: 3 });
    await ask(sandbox, `${PATH}&countries=de%2Cfr`);
    expect(sandbox.requests).toHaveLength(1);
    expect(sandbox.requests[0]).toMatchObject({
      id: 1,
      method: 'GET',
      path: '/kpis/v1/2eb2na2w54c3',
      query: { kpis: 'installs', countries: 'de,fr' },
      headers: { authorization: `Token token=${DEMO_USER.token}` },
      status: 200,
      worked: true,
      aborted: false,
    });
    for (let i = 0; i < 3; i++) await ask(sandbox, '/nothing/here');
    expect(sandbox.requests.map((request) => request.id)).toEqual([2, 3, 4]);
    expect(sandbox.requests[2]).toMatchObject({ status: 404, worked: false });
  });

  it('serves under a path', async () => {
    const sandbox = await start({ prefix: '/vendors/adjust/' });
    expect(sandbox.url).toMatch(/\/vendors\/adjust$/);
    expect((await ask(sandbox, PATH)).status).toBe(200);
    expect((await ask(sandbox, '/kpis/v1.csv?app_tokens=2eb2na2w54c3')).headers.get('content-type')).toBe('text/csv');
    expect((await fetch(new URL('/kpis/v1', sandbox.url))).status).toBe(404);
  });

  it('is controlled over HTTP by other processes', async () => {
    const sandbox = await start();
    expect(await control(sandbox, 'POST', 'misbehave', { do: { kind: 'status', status: 503 } })).toEqual([
      200,
      { armed: true },
    ]);
    expect((await ask(sandbox, PATH)).status).toBe(503);
    const [status, refusal] = await control<{ error: string }>(sandbox, 'POST', 'misbehave', { do: { kind: 'wave' } });
    expect([status, refusal.error]).toEqual([400, expect.stringContaining('do.kind')]);
    const [, log] = await control<{ requests: LoggedRequest[] }>(sandbox, 'GET', 'requests');
    expect(log.requests.map((request) => request.status)).toEqual([503]);
    await control(sandbox, 'POST', 'misbehave', { do: { kind: 'status', status: 503 } });
    await control(sandbox, 'POST', 'reset');
    expect(sandbox.requests).toEqual([]);
    expect((await ask(sandbox, PATH)).status).toBe(200);
  });

  it('lives by a clock that can be set', async () => {
    const sandbox = await start();
    const lastDay = async (): Promise<string | undefined> => {
      const { json } = await ask(sandbox, '/kpis/v1/2eb2na2w54c3?kpis=installs&grouping=days');
      return (json.result_set.dates as { date: string }[]).at(-1)?.date;
    };
    await control(sandbox, 'PUT', 'clock', { now: '2026-03-05T08:00:00Z' });
    expect(await lastDay()).toBe('2026-03-05');
    sandbox.setNow(new Date('2026-03-09T23:59:59Z'));
    expect(await lastDay()).toBe('2026-03-09');
    expect((await control(sandbox, 'GET', 'clock'))[1]).toEqual({ now: '2026-03-09T23:59:59.000Z' });
    expect((await control(sandbox, 'PUT', 'clock', { now: 'tomorrow' }))[0]).toBe(400);
    await control(sandbox, 'PUT', 'clock', { now: null });
    expect(Math.abs(sandbox.now().getTime() - Date.now())).toBeLessThan(60_000);
  });

  it('answers 429 to one more request at once than a user token may have', async () => {
    const sandbox = await start({ maxConcurrent: 3 });
    sandbox.misbehave({ times: 3, do: { kind: 'delay', ms: 3_600_000 } });
    const gone = new AbortController();
    const headers = { authorization: `Token ${DEMO_USER.token}` };
    const waiting = [1, 2, 3].map(() =>
      fetch(`${sandbox.url}${PATH}`, { headers, signal: gone.signal }).catch(() => 'gone'),
    );
    while (sandbox.requests.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
    const refused = await ask(sandbox, PATH);
    expect([refused.status, Object.keys(refused.json)]).toEqual([429, ['error']]);
    expect((await ask(sandbox, PATH, { authorization: `Token ${LIMITED_USER.token}` })).status).toBe(200);
    gone.abort();
    expect(await Promise.all(waiting)).toEqual(['gone', 'gone', 'gone']);
    while (sandbox.requests.filter((request) => request.aborted).length < 3) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect((await ask(sandbox, PATH)).status).toBe(200);
  });

  it('fills spend only where it is told to', async () => {
    const path = `${PATH.replace('kpis=installs', 'kpis=cost,paid_installs,ecpi,ecpc,ecpm')}&grouping=apps`;
    const values = async (options: SandboxOptions): Promise<number[]> => {
      const { json } = await ask(await start(options), path);
      return (json.result_set.apps as { kpi_values: number[] }[])[0]?.kpi_values ?? [];
    };
    expect(await values({})).toEqual([0, 0, 0, 0, 0]);
    expect((await values({ fillsCost: true })).every((value) => value > 0)).toBe(true);
  });
});

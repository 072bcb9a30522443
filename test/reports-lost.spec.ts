import { ReportFollower } from '../apps/gateway/src/reports/report-follower.js';
import { environmentFor } from './support/gateway.js';
import { type GatewayProcess, useGatewayProcesses } from './support/gateway-process.js';
import { aReport, DETAIL, look, push, sent, useReports } from './support/reports.js';
import { waitUntil } from './support/wait-until.js';

interface Made {
  id: string;
  status: string;
  upstreamToken: string | null;
  statusDetail: string;
  failure: { code: string; retryable: boolean } | null;
}

describe('a report whose answer, or whose gateway, was lost', () => {
  const gateway = useReports();
  let key: string;
  let count = 0;
  const newKey = () => `report-${++count}`;
  beforeAll(async () => {
    key = await gateway.key();
  });

  const post = async (body: object, idempotencyKey = newKey()) => {
    const answer = await gateway.http('post', '/v1/reports', key).set('Idempotency-Key', idempotencyKey).send(body);
    return { status: answer.status, body: answer.body as Made & { code: string }, headers: answer.headers };
  };
  const one = async (id: string) => (await gateway.http('get', `/v1/reports/${id}`, key)).body as Made;
  const asked = () => sent(gateway).filter((path) => path === '/summary').length;
  const lose = (when: 'before' | 'after') =>
    gateway.sandbox.misbehave({ path: '^/v1.4/summary', do: { kind: 'reset', when } });
  const olderBy = (id: string, minutes: number) =>
    gateway.database.sql(`UPDATE reports SET sent_at = sent_at - $2 * interval '1 minute' WHERE id = $1`, [
      id,
      minutes,
    ]);

  it('is UNCONFIRMED, then found at Kochava by what was asked, among others', async () => {
    const other = await post(aReport(gateway, { spec: DETAIL }));
    lose('after');
    const body = aReport(gateway);
    const { status, body: lost } = await post(body);
    expect([status, lost.status, lost.upstreamToken]).toEqual([202, 'UNCONFIRMED', null]);
    await post(aReport(gateway));
    await look(gateway, lost.id);
    const found = await one(lost.id);
    expect(found.status).toBe('QUEUED');
    expect(found.upstreamToken).toMatch(/^-?\d+$/);
    expect(found.upstreamToken).not.toBe(other.body.upstreamToken);
    push(gateway, 10_000);
    await look(gateway, lost.id);
    expect((await one(lost.id)).status).toBe('COMPLETED');
    expect(asked()).toBe(2);
  });

  it('is FAILED where Kochava never had it, after a while of looking, and not asked for again', async () => {
    lose('before');
    const { body: lost } = await post(aReport(gateway));
    expect(lost.status).toBe('UNCONFIRMED');
    await look(gateway, lost.id);
    expect((await one(lost.id)).status).toBe('UNCONFIRMED');
    // While Kochava does not answer, nothing is known.
    gateway.sandbox.misbehave({ path: '^/v1.4/tokens', times: 3, do: { kind: 'status', status: 500 } });
    await olderBy(lost.id, 6);
    await look(gateway, lost.id);
    expect((await one(lost.id)).status).toBe('UNCONFIRMED');
    await look(gateway, lost.id);
    expect(await one(lost.id)).toMatchObject({
      status: 'FAILED',
      failure: { code: 'OUTCOME_UNKNOWN', retryable: true },
    });
    expect(asked()).toBe(1);
  });

  it('is not taken for an older one that asked the same', async () => {
    const body = aReport(gateway);
    const { body: first } = await post(body);
    push(gateway, 10_000);
    await look(gateway, first.id);
    lose('before');
    const { body: second } = await post(body);
    await look(gateway, second.id);
    expect(await one(second.id)).toMatchObject({ status: 'UNCONFIRMED', upstreamToken: null });
  });

  it('is joined to the one under way, where Kochava answers a duplicate without a token', async () => {
    const body = aReport(gateway);
    const { body: first } = await post(body);
    const { status, body: second } = await post({ ...body, notify: ['growth@example.com'] });
    expect([status, second.status, second.upstreamToken]).toEqual([202, 'QUEUED', first.upstreamToken]);
    // The one under way may be nobody's here.
    await gateway.database.sql('DELETE FROM reports WHERE id = ANY($1)', [[first.id, second.id]]);
    const { body: third } = await post(body);
    expect(third.status).toBe('UNCONFIRMED');
    await look(gateway, third.id);
    expect(await one(third.id)).toMatchObject({ status: 'QUEUED', upstreamToken: first.upstreamToken });
  });

  it('is asked for once by twenty at the same time, and looked at by one', async () => {
    const body = aReport(gateway);
    const answers = await Promise.all(Array.from({ length: 20 }, () => post(body, 'twenty')));
    const made = answers.filter(({ status }) => status === 202);
    expect(made.length).toBeGreaterThan(0);
    expect(new Set(made.map((answer) => answer.body.id)).size).toBe(1);
    expect(
      answers.filter(({ status }) => status !== 202).every((answer) => answer.body.code === 'IDEMPOTENCY_CONFLICT'),
    ).toBe(true);
    expect(asked()).toBe(1);
    const { id } = made[0]!.body;
    await gateway.database.sql(`UPDATE reports SET next_look_at = now() - interval '1 second' WHERE id = $1`, [id]);
    const before = sent(gateway).filter((path) => path === '/progress').length;
    await Promise.all(Array.from({ length: 20 }, () => gateway.app.get(ReportFollower).look(id)));
    expect(sent(gateway).filter((path) => path === '/progress').length - before).toBe(1);
  });

  it('refused by Kochava is an error, FAILED, and leaves no doubt', async () => {
    const words = JSON.stringify({ status: 'Error', error: 'Error request parameters: traffic invalid.' });
    gateway.sandbox.misbehave({ path: '^/v1.4/summary', do: { kind: 'status', status: 200, body: words } });
    const { status, body } = await post(aReport(gateway));
    expect([status, body.code]).toEqual([422, 'UPSTREAM_REJECTED']);
    const [newest] = (await gateway.http('get', '/v1/reports?first=1', key)).body.data as Made[];
    expect(newest).toMatchObject({ status: 'FAILED', failure: { code: 'UPSTREAM_REJECTED', retryable: false } });
    await look(gateway, newest!.id);
    expect(asked()).toBe(1);
  });

  it('is sent once where its gateway died before, whoever looks at it', async () => {
    // Its row is there and marked by nobody: what a process leaves that dies between two statements.
    const { body } = await post(aReport(gateway));
    await gateway.database.sql(
      `UPDATE reports SET status = 'SUBMITTING', sent_at = NULL, upstream_token = NULL WHERE id = $1`,
      [body.id],
    );
    gateway.sandbox.reset();
    await gateway.database.sql(`UPDATE reports SET next_look_at = now() - interval '1 second' WHERE id = $1`, [
      body.id,
    ]);
    await Promise.all(Array.from({ length: 10 }, () => gateway.app.get(ReportFollower).look(body.id)));
    expect((await one(body.id)).status).toBe('QUEUED');
    expect(asked()).toBe(1);
  });

  describe('after kill -9 of the gateway that took it in', () => {
    const processes = useGatewayProcesses();
    let doomed: GatewayProcess;
    beforeEach(async () => {
      doomed = await processes.start(environmentFor(gateway.sandbox, gateway.database.url));
    }, 120_000);

    const ask = (body: object, idempotencyKey: string) =>
      fetch(`${doomed.url}/v1/reports`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${key}`,
          'content-type': 'application/json',
          'idempotency-key': idempotencyKey,
        },
        body: JSON.stringify(body),
      });
    /** The row of whom no answer ever told. */
    const orphan = async (): Promise<string> => {
      const rows = await gateway.database.sql<{ id: string }>(`SELECT id FROM reports ORDER BY id DESC LIMIT 1`);
      return rows[0]!.id;
    };
    /** As if the leases of a dead process had run out. */
    const letGo = () =>
      gateway.database.sql(`UPDATE idempotency_records SET lease_until = now() - interval '1 second'`);

    it('in the middle of the call: another finds it, and the same key answers it', async () => {
      gateway.sandbox.misbehave({ path: '^/v1.4/summary', do: { kind: 'stall' } });
      const body = aReport(gateway);
      const idempotencyKey = newKey();
      const answer = ask(body, idempotencyKey).catch(() => 'lost');
      await waitUntil(() => gateway.sandbox.requests.some(({ path, worked }) => path === '/v1.4/summary' && worked));
      expect(await doomed.end('SIGKILL')).toBe('SIGKILL');
      expect(await answer).toBe('lost');
      const id = await orphan();
      expect((await one(id)).status).toBe('SUBMITTING');
      await look(gateway, id);
      expect((await one(id)).status).toBe('QUEUED');
      await letGo();
      const again = await post(body, idempotencyKey);
      expect([again.status, again.body.id, again.headers['idempotency-replayed']]).toEqual([202, id, 'true']);
      expect(asked()).toBe(1);
    });

    it('once it has its token: another follows it to its end', async () => {
      const { id } = (await (await ask(aReport(gateway), newKey())).json()) as Made;
      await doomed.end('SIGKILL');
      push(gateway, 20_000);
      await waitUntil(async () => (await one(id)).status === 'COMPLETED');
      expect(asked()).toBe(1);
    });
  });
});

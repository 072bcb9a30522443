import { PrismaService } from '#libs/database';
import { type ErrorCode, GatewayError, type TenantContext } from '#libs/domain';
import { anOperator, aTenant, openAudit } from '../../../test/support/audit.js';
import { useDatabase } from '../../../test/support/database.js';
import { recordKey } from './idempotency-records.js';
import type { Write } from './write-once.js';

const database = useDatabase();

/** A vendor that counts what it was made to do. */
function aVendor() {
  let done = 0;
  return {
    get done() {
      return done;
    },
    create: async () => ({ id: ++done }),
  };
}

type Made = { id: number };
const write = (more: Partial<Write<Made>> = {}): Write<Made> => ({
  action: 'postback.create',
  operation: 'postback.create',
  target: { vendor: 'KOCHAVA' },
  idempotencyKey: 'key-1',
  request: { title: 'Hi', to: ['a', 'b'] },
  ...more,
});
const lost = (code: ErrorCode = 'UPSTREAM_TIMEOUT') =>
  new GatewayError(code, 'No answer.', { sent: 'maybe', vendor: 'KOCHAVA', upstreamStatus: 502 });

const run = (tenant: TenantContext, work: () => Promise<Made>, more: Partial<Write<Made>> = {}) =>
  openAudit(database.prisma).once.run(tenant, write(more), work);
const listed = async (tenant: TenantContext) => {
  const { events } = await openAudit(database.prisma).events.list(tenant, { first: 100 });
  return events.map(({ action, outcome, code }) => [action, outcome, code]);
};
const recordOf = (tenant: TenantContext) =>
  database.prisma.idempotencyRecord.findFirst({ where: { tenantId: tenant.tenantId } });
/** As if the process of every write under way had died. */
const killAll = () => database.sql(`UPDATE idempotency_records SET lease_until = now() - interval '1 second'`);

describe('a write with a key', () => {
  it('is done once, and its first answer is replayed; another spelling of the same request is the same', async () => {
    const [tenant, vendor] = [aTenant(), aVendor()];
    expect(await run(tenant, vendor.create)).toEqual({ value: { id: 1 }, replayed: false });
    const again = await run(tenant, vendor.create, { request: { to: ['a', 'b'], title: 'Hi', no: undefined } });
    expect(again).toEqual({ value: { id: 1 }, replayed: true });
    expect(vendor.done).toBe(1);
    expect(await listed(tenant)).toEqual([['postback.create', 'SUCCEEDED', null]]);
  });

  it.each([{ title: 'Hi', to: ['b', 'a'] }, { title: 'hi', to: ['a', 'b'] }, { title: 'Hi' }, null, '{}'])(
    'conflicts with the other request %j',
    async (request) => {
      const [tenant, vendor] = [aTenant(), aVendor()];
      await run(tenant, vendor.create);
      await expect(run(tenant, vendor.create, { request })).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
      expect(vendor.done).toBe(1);
    },
  );

  it('belongs to its tenant, API key and operation', async () => {
    const [tenant, vendor] = [aTenant(), aVendor()];
    await run(tenant, vendor.create);
    await run({ ...tenant, keyId: aTenant().keyId }, vendor.create);
    await run({ ...tenant, tenantId: aTenant().tenantId }, vendor.create);
    await run(tenant, vendor.create, { operation: 'postback.update' });
    await run(tenant, vendor.create, { idempotencyKey: 'KEY-1' });
    expect(vendor.done).toBe(5);
  });

  it('is done by exactly one of twenty at once, on three replicas', async () => {
    const [tenant, vendor] = [aTenant(), aVendor()];
    const replicas = [1, 2, 3].map(() => openAudit(database.prisma));
    let release = () => undefined as void;
    const held = new Promise<void>((resolve) => (release = resolve));
    const work = async () => {
      await held;
      return vendor.create();
    };
    let settled = 0;
    const answers = Array.from({ length: 20 }, async (_, i) => {
      try {
        return await replicas[i % 3]!.once.run(tenant, write(), work);
      } catch (error) {
        return error;
      } finally {
        // The one is let go when all others have been refused.
        if (++settled === 19) release();
      }
    });
    const results = await Promise.all(answers);
    expect(vendor.done).toBe(1);
    const conflict = { code: 'IDEMPOTENCY_CONFLICT', details: { retryAfterSeconds: 2 } };
    const refused = results.filter((result) => result instanceof GatewayError);
    expect(refused).toMatchObject(Array.from({ length: 19 }, () => conflict));
    expect(results.filter((result) => !refused.includes(result as GatewayError))).toEqual([
      { value: { id: 1 }, replayed: false },
    ]);
    expect(await database.prisma.auditRow.count({ where: { chain: tenant.tenantId, kind: 'INTENT' } })).toBe(1);
  });

  it('may be done anew when its record has expired, and no sooner', async () => {
    const [tenant, vendor] = [aTenant(), aVendor()];
    await run(tenant, vendor.create);
    await database.sql(`UPDATE idempotency_records SET expires_at = created_at + interval '23 hours 59 minutes'`);
    expect(await openAudit(database.prisma).records.purge()).toBe(0);
    await database.sql(`UPDATE idempotency_records SET expires_at = now() - interval '1 second'`);
    expect(await run(tenant, vendor.create)).toEqual({ value: { id: 2 }, replayed: false });
    expect((await recordOf(tenant))?.state).toBe('ANSWERED');
  });

  it('is kept for 24 hours, and purged after', async () => {
    const tenant = aTenant();
    await run(tenant, aVendor().create);
    const record = await recordOf(tenant);
    expect(record!.expiresAt.getTime() - record!.createdAt.getTime()).toBe(86_400_000);
    await database.sql(`UPDATE idempotency_records SET expires_at = now() - interval '1 second'`);
    expect(await openAudit(database.prisma).records.purge()).toBeGreaterThanOrEqual(1);
    expect(await recordOf(tenant)).toBeNull();
  });

  it('asks for the scope again before a replay, and notes the denial', async () => {
    const [tenant, vendor] = [aTenant(), aVendor()];
    await run(tenant, vendor.create);
    const { once, sealer } = openAudit(database.prisma);
    const authorize = () => {
      throw new GatewayError('FORBIDDEN', 'No scope.');
    };
    await expect(once.run(tenant, write({ authorize }), vendor.create)).rejects.toMatchObject({ code: 'FORBIDDEN' });
    await sealer.flush();
    expect((await listed(tenant))[0]).toEqual(['postback.create', 'DENIED', 'FORBIDDEN']);
  });

  it.each(['', 'x'.repeat(256), 'a\nb', 'é', '\u0000'])('refuses the key %j', async (idempotencyKey) => {
    const [tenant, vendor] = [aTenant(), aVendor()];
    await expect(run(tenant, vendor.create, { idempotencyKey })).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { errors: [{ pointer: '/idempotencyKey' }] },
    });
    expect(vendor.done).toBe(0);
  });

  it('takes the longest key, and answers that are nothing, large numbers, or odd text', async () => {
    const tenant = aTenant();
    const { once } = openAudit(database.prisma);
    for (const [key, value, replay] of [
      ['~'.repeat(255), undefined, undefined],
      ['2', null, null],
      ['3', { big: 2n ** 64n }, { big: '18446744073709551616' }],
      ['4', 'a\u0000\uD800😀', 'a\u0000\uD800😀'],
    ] as const) {
      const keyed: Write<unknown> = { ...write(), idempotencyKey: key, reconcile: undefined };
      await once.run(tenant, keyed, async () => value);
      expect(await once.run(tenant, keyed, async () => 'again')).toEqual({ value: replay, replayed: true });
    }
  });

  it('of the operator’s stands by itself', async () => {
    const vendor = aVendor();
    const { once } = openAudit(database.prisma);
    await once.run(anOperator(), write({ action: 'tenant.create', idempotencyKey: 'operator-1' }), vendor.create);
    const again = await once.run(
      anOperator(),
      write({ action: 'tenant.create', idempotencyKey: 'operator-1' }),
      vendor.create,
    );
    expect(again).toEqual({ value: { id: 1 }, replayed: true });
  });
});

describe('a write that was refused', () => {
  it('is refused again in the same words, without being sent', async () => {
    const tenant = aTenant();
    let sent = 0;
    const refuse = async (): Promise<Made> => {
      sent++;
      throw new GatewayError('UPSTREAM_REJECTED', 'Title is too long.', {
        vendor: 'KOCHAVA',
        upstreamStatus: 400,
        sent: 'maybe',
        errors: [{ pointer: '/title', detail: 'too long' }],
        cause: new Error('with a secret'),
      });
    };
    const first = await run(tenant, refuse).catch((error: unknown) => error as GatewayError);
    const second = await run(tenant, refuse).catch((error: unknown) => error as GatewayError);
    expect(sent).toBe(1);
    expect(second).toBeInstanceOf(GatewayError);
    expect(second).toMatchObject({
      code: 'UPSTREAM_REJECTED',
      message: (first as GatewayError).message,
      details: { vendor: 'KOCHAVA', upstreamStatus: 400, errors: [{ pointer: '/title', detail: 'too long' }] },
    });
    expect(JSON.stringify(await recordOf(tenant))).not.toContain('secret');
    expect(await listed(tenant)).toEqual([['postback.create', 'FAILED', 'UPSTREAM_REJECTED']]);
  });

  it.each([
    new GatewayError('UPSTREAM_UNAVAILABLE', 'Breaker open.', { sent: 'no' }),
    new GatewayError('BAD_USER_INPUT', 'Checked before it was sent.', { sent: 'no' }),
    new GatewayError('UPSTREAM_RATE_LIMITED', 'Slower.', { sent: 'maybe' }),
    new GatewayError('CREDENTIAL_MISSING', 'Ask the operator.'),
  ])('may be tried again with its key where nothing was done: $code', async (error) => {
    const [tenant, vendor] = [aTenant(), aVendor()];
    await expect(run(tenant, () => Promise.reject(error))).rejects.toBe(error);
    expect(await recordOf(tenant)).toBeNull();
    expect(await run(tenant, vendor.create)).toEqual({ value: { id: 1 }, replayed: false });
    expect(await listed(tenant)).toEqual([
      ['postback.create', 'SUCCEEDED', null],
      ['postback.create', 'FAILED', error.code],
    ]);
  });
});

describe('a write whose answer was lost', () => {
  it.each<ErrorCode>(['UPSTREAM_TIMEOUT', 'UPSTREAM_UNAVAILABLE', 'UPSTREAM_INVALID_RESPONSE'])(
    'is told so after %s, and never sent again',
    async (code) => {
      const [tenant, vendor] = [aTenant(), aVendor()];
      const work = async (): Promise<Made> => {
        await vendor.create();
        throw lost(code);
      };
      for (let tries = 0; tries < 3; tries++) {
        await expect(run(tenant, work)).rejects.toMatchObject({
          code: 'OUTCOME_UNKNOWN',
          message: expect.stringContaining('same idempotency key') as string,
          details: { vendor: 'KOCHAVA' },
        });
      }
      expect(vendor.done).toBe(1);
      expect(await listed(tenant)).toEqual([['postback.create', 'UNKNOWN', 'OUTCOME_UNKNOWN']]);
      await expect(run(tenant, work, { request: {} })).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    },
  );

  it('is told so after an error that nobody foresaw', async () => {
    const tenant = aTenant();
    const work = () => Promise.reject(new TypeError('undefined is not iterable'));
    await expect(run(tenant, work)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect((await recordOf(tenant))?.state).toBe('UNKNOWN');
  });

  it('keeps the vendor’s status in the first error and in the audit', async () => {
    const tenant = aTenant();
    await expect(run(tenant, () => Promise.reject(lost()))).rejects.toMatchObject({ details: { upstreamStatus: 502 } });
    const { events } = await openAudit(database.prisma).events.list(tenant, { first: 1 });
    expect(events[0]).toMatchObject({ outcome: 'UNKNOWN', upstreamStatus: 502 });
  });

  it('is looked for when it is asked for again; found, it is the answer and the outcome', async () => {
    const [tenant, vendor] = [aTenant(), aVendor()];
    await run(tenant, () => Promise.reject(lost())).catch(() => 0);
    const { intentId } = (await recordOf(tenant))!;
    const seen: unknown[] = [];
    const reconcile = async (lostWrite: unknown) => {
      seen.push(lostWrite);
      return seen.length === 1 ? undefined : { id: 99 };
    };
    await expect(run(tenant, vendor.create, { reconcile })).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(await run(tenant, vendor.create, { reconcile })).toEqual({ value: { id: 99 }, replayed: true });
    expect(await run(tenant, vendor.create, { reconcile })).toEqual({ value: { id: 99 }, replayed: true });
    expect(seen).toEqual(Array.from({ length: 2 }, () => ({ intentId, createdAt: expect.any(Date) as Date })));
    expect(vendor.done).toBe(0);
    expect(await listed(tenant)).toEqual([['postback.create', 'SUCCEEDED', null]]);
  });

  it('found by two at once has one outcome more', async () => {
    const tenant = aTenant();
    await run(tenant, () => Promise.reject(lost())).catch(() => 0);
    const reconcile = async () => ({ id: 5 });
    const answers = await Promise.all([1, 2, 3].map(() => run(tenant, aVendor().create, { reconcile })));
    expect(answers.map(({ value }) => value.id)).toEqual([5, 5, 5]);
    expect(await database.prisma.auditRow.count({ where: { chain: tenant.tenantId, kind: 'OUTCOME' } })).toBe(2);
  });

  it('stays unknown where the vendor cannot be asked', async () => {
    const tenant = aTenant();
    await run(tenant, () => Promise.reject(lost())).catch(() => 0);
    const reconcile = () => Promise.reject(new GatewayError('UPSTREAM_UNAVAILABLE', 'Away.', { sent: 'no' }));
    await expect(run(tenant, aVendor().create, { reconcile })).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
  });
});

describe('a process that dies', () => {
  it('in the middle of a write leaves it UNKNOWN: not done again, and looked for', async () => {
    const [tenant, vendor] = [aTenant(), aVendor()];
    const dead = new Promise<Made>(() => undefined);
    let begun = () => undefined as void;
    const started = new Promise<void>((resolve) => (begun = resolve));
    void run(tenant, () => (begun(), dead));
    await started;
    await expect(run(tenant, vendor.create)).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    await killAll();
    await expect(run(tenant, vendor.create)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    expect(await listed(tenant)).toEqual([['postback.create', 'UNKNOWN', 'OUTCOME_UNKNOWN']]);
    const reconcile = async () => ({ id: 1 });
    expect(await run(tenant, vendor.create, { reconcile })).toEqual({ value: { id: 1 }, replayed: true });
    expect(vendor.done).toBe(0);
  });

  it('is not one that is merely slow: its answer counts when it comes', async () => {
    const [tenant, vendor] = [aTenant(), aVendor()];
    const first = run(tenant, async () => {
      await killAll();
      await expect(run(tenant, vendor.create)).rejects.toMatchObject({ code: 'OUTCOME_UNKNOWN' });
      return vendor.create();
    });
    expect(await first).toEqual({ value: { id: 1 }, replayed: false });
    expect(await run(tenant, vendor.create)).toEqual({ value: { id: 1 }, replayed: true });
  });

  it('is told from a slow one by its lease, which is renewed', async () => {
    const [tenant, vendor] = [aTenant(), aVendor()];
    await run(tenant, async () => {
      await killAll();
      const { intentId } = (await recordOf(tenant))!;
      await openAudit(database.prisma).records.renew(recordKey(tenant, 'postback.create', 'key-1'), intentId);
      await expect(run(tenant, vendor.create)).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
      return vendor.create();
    });
    expect(vendor.done).toBe(1);
  });
});

describe('a write without a key', () => {
  it('is done each time, and a lost answer says that a second would be sent', async () => {
    const [tenant, vendor] = [aTenant(), aVendor()];
    await run(tenant, vendor.create, { idempotencyKey: undefined });
    await run(tenant, vendor.create, { idempotencyKey: null });
    expect(vendor.done).toBe(2);
    const attempt = run(tenant, () => Promise.reject(lost()), { idempotencyKey: null });
    await expect(attempt).rejects.toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      message: expect.stringContaining('a second request would be sent') as string,
    });
    expect(await recordOf(tenant)).toBeNull();
    expect(await listed(tenant)).toHaveLength(3);
  });
});

describe('the database', () => {
  it('being away, nothing is done', async () => {
    const away = new PrismaService('postgresql://nobody:x@127.0.0.1:1/none');
    const vendor = aVendor();
    for (const idempotencyKey of ['key-1', null]) {
      const attempt = openAudit(away).once.run(aTenant(), write({ idempotencyKey }), vendor.create);
      await expect(attempt).rejects.toMatchObject({ code: 'UNAVAILABLE', details: { sent: 'no' } });
    }
    expect(vendor.done).toBe(0);
    await away.$disconnect();
  });

  it('failing after the work, the caller has its answer, and the record follows', async () => {
    const [tenant, vendor] = [aTenant(), aVendor()];
    const { once, sealer } = openAudit(database.prisma);
    const { value } = await once.run(tenant, write(), async () => {
      await database.sql('ALTER TABLE audit_rows RENAME TO audit_rows_away');
      return vendor.create();
    });
    await database.sql('ALTER TABLE audit_rows_away RENAME TO audit_rows');
    expect(value).toEqual({ id: 1 });
    await expect(run(tenant, vendor.create)).rejects.toMatchObject({ code: 'IDEMPOTENCY_CONFLICT' });
    await sealer.flush();
    expect(await run(tenant, vendor.create)).toEqual({ value: { id: 1 }, replayed: true });
    expect(await listed(tenant)).toEqual([['postback.create', 'SUCCEEDED', null]]);
  });
});

it('translates what work throws before it is judged and thrown', async () => {
  const rejected = new GatewayError('UPSTREAM_REJECTED', 'No.', { sent: 'maybe' });
  const { once } = openAudit(database.prisma, () => rejected);
  const tenant = aTenant();
  await expect(once.run(tenant, write(), () => Promise.reject(new Error('raw')))).rejects.toBe(rejected);
  expect((await recordOf(tenant))?.state).toBe('REFUSED');
});

it('keeps no secret of the request in any row', async () => {
  const tenant = aTenant();
  const { once, sealer } = openAudit(database.prisma);
  const target = { vendor: 'KOCHAVA' as const, secrets: ['hunter2'], before: { note: 'was hunter2' } };
  await once.run(tenant, write({ target, request: { url: 'https://x.example/?p=hunter2' } }), async (note) => {
    note({ after: ['hunter2'] });
    return { id: 1 };
  });
  await sealer.flush();
  const rows = [
    await database.sql('SELECT * FROM audit_rows'),
    await database.sql('SELECT * FROM idempotency_records'),
  ];
  expect(JSON.stringify(rows)).not.toContain('hunter2');
});

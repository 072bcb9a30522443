import { GatewayError } from '#libs/domain';
import { anOperator, aTenant, openAudit } from '../../../test/support/audit.js';
import { useDatabase } from '../../../test/support/database.js';
import { aVendor, lost, write, writesOn, type Made } from '../../../test/support/write-once.js';
import type { Write } from './write-once.js';

const database = useDatabase();
const { run, listed, recordOf } = writesOn(database);

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

import { PrismaService } from '#libs/database';
import { type ErrorCode, GatewayError } from '#libs/domain';
import { aTenant, openAudit } from '../../../test/support/audit.js';
import { useDatabase } from '../../../test/support/database.js';
import { aVendor, lost, write, writesOn, type Made } from '../../../test/support/write-once.js';
import type { AuditNote } from './new-row.js';
import { recordKey } from './idempotency-records.js';

const database = useDatabase();
const { run, listed, recordOf, killAll } = writesOn(database);

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

  it('found, it tells what stood there before, as one whose answer came does', async () => {
    const tenant = aTenant();
    const { once, events } = openAudit(database.prisma);
    const before = { title: 'Hi', secret: 's3cret' };
    const work = async (note: AuditNote): Promise<Made> => {
      note({ before });
      throw lost();
    };
    await once.run(tenant, write(), work).catch(() => 0);
    const [unknown] = (await events.list(tenant, { first: 1 })).events;
    await run(tenant, aVendor().create, { reconcile: async () => ({ id: 7 }) });
    const [known] = (await events.list(tenant, { first: 1 })).events;
    expect([unknown!.outcome, known!.outcome]).toEqual(['UNKNOWN', 'SUCCEEDED']);
    expect(known).toMatchObject({ before: unknown!.before, after: { id: 7 } });
    expect(known!.before).toMatchObject({ title: 'Hi' });
    expect(JSON.stringify(known)).not.toContain('s3cret');
    const rows = await database.prisma.auditRow.findMany({
      where: { chain: tenant.tenantId, kind: 'OUTCOME' },
      orderBy: { seq: 'asc' },
    });
    expect(rows.map((row) => row.before)).toEqual([unknown!.before, unknown!.before]);
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

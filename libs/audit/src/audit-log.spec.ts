import { randomUUID } from 'node:crypto';
import { PrismaService } from '#libs/database';
import { GatewayError } from '#libs/domain';
import { anOperator, aTenant, openAudit } from '../../../test/support/audit.js';
import { useDatabase } from '../../../test/support/database.js';

const database = useDatabase();
const rowsOf = (chain: string) => database.prisma.auditRow.findMany({ where: { chain }, orderBy: { seq: 'asc' } });

describe('a write', () => {
  it('stands as an intent before its work runs, and has its outcome after', async () => {
    const { log } = openAudit(database.prisma);
    const tenant = aTenant();
    const appId = randomUUID();
    const value = await log.around(
      tenant,
      'postback.create',
      { appId, vendor: 'KOCHAVA', request: { title: 'Hi', context: { k: 'v' } } },
      async (note) => {
        const rows = await rowsOf(tenant.tenantId);
        expect(rows).toMatchObject([{ kind: 'INTENT', action: 'postback.create', appId, outcome: null }]);
        note({ resource: 'postback:7', after: { title: 'Hi', secret: 's3cret' }, upstreamStatus: 201 });
        return 42;
      },
    );
    expect(value).toBe(42);
    const [intent, outcome] = await rowsOf(tenant.tenantId);
    expect(outcome).toMatchObject({
      kind: 'OUTCOME',
      intentId: intent!.id,
      outcome: 'SUCCEEDED',
      code: null,
      resource: 'postback:7',
      upstreamStatus: 201,
      keyId: tenant.keyId,
      keyName: 'growth dashboard',
      edge: 'GRAPHQL',
      requestId: 'request-1',
    });
    expect(JSON.stringify([intent!.request, outcome!.after])).not.toMatch(/s3cret|"v"/);
  });

  it.each([
    ['DENIED', new GatewayError('NOT_FOUND', 'No app.')],
    ['FAILED', new GatewayError('UPSTREAM_REJECTED', 'No.', { upstreamStatus: 400 })],
    ['FAILED', new GatewayError('UPSTREAM_TIMEOUT', 'Never sent.', { sent: 'no' })],
    ['UNKNOWN', new GatewayError('UPSTREAM_TIMEOUT', 'Sent.', { sent: 'maybe' })],
    ['UNKNOWN', new GatewayError('OUTCOME_UNKNOWN', 'Who knows.')],
  ])('is %s after %s, and passes the error as it is', async (outcome, error) => {
    const { log } = openAudit(database.prisma);
    const tenant = aTenant();
    await expect(log.around(tenant, 'smartLink.update', {}, () => Promise.reject(error))).rejects.toBe(error);
    const [, row] = await rowsOf(tenant.tenantId);
    expect(row).toMatchObject({ outcome, code: error.code, upstreamStatus: error.details.upstreamStatus ?? null });
  });

  it('is FAILED with INTERNAL after an error that nobody foresaw, also one thrown at once', async () => {
    const { log } = openAudit(database.prisma);
    const tenant = aTenant();
    const work = () => {
      throw new TypeError('x is not a function');
    };
    await expect(log.around(tenant, 'app.create', {}, work)).rejects.toThrow(TypeError);
    expect((await rowsOf(tenant.tenantId))[1]).toMatchObject({ outcome: 'FAILED', code: 'INTERNAL' });
  });

  it('asks for the error’s translation before it judges it', async () => {
    const { log } = openAudit(
      database.prisma,
      () => new GatewayError('UPSTREAM_RATE_LIMITED', 'Slower.', { upstreamStatus: 429 }),
    );
    const tenant = aTenant();
    await expect(log.around(tenant, 'app.create', {}, () => Promise.reject(new Error('raw')))).rejects.toThrow('raw');
    expect((await rowsOf(tenant.tenantId))[1]).toMatchObject({ code: 'UPSTREAM_RATE_LIMITED', upstreamStatus: 429 });
  });

  it('is not done when the database is away', async () => {
    const away = new PrismaService('postgresql://nobody:x@127.0.0.1:1/none');
    const { log } = openAudit(away);
    let done = false;
    const attempt = log.around(aTenant(), 'postback.delete', {}, async () => (done = true));
    await expect(attempt).rejects.toMatchObject({ code: 'UNAVAILABLE', details: { sent: 'no' } });
    expect(done).toBe(false);
    await away.$disconnect();
  });

  it('answers although its outcome cannot be written, which follows when it can', async () => {
    const { log, sealer, journal, told } = openAudit(database.prisma);
    const tenant = aTenant();
    const value = await log.around(tenant, 'app.update', {}, async () => {
      await database.sql('ALTER TABLE audit_rows RENAME TO audit_rows_away');
      return 'done';
    });
    expect(value).toBe('done');
    expect(journal.waiting.outcomes).toBe(1);
    await database.sql('ALTER TABLE audit_rows_away RENAME TO audit_rows');
    expect((await rowsOf(tenant.tenantId)).map((row) => row.kind)).toEqual(['INTENT']);
    await sealer.flush();
    expect((await rowsOf(tenant.tenantId)).map((row) => row.kind)).toEqual(['INTENT', 'OUTCOME']);
    expect(journal.waiting.outcomes).toBe(0);
    expect(told.join()).toContain('waits for the database');
  });

  it('of the operator’s stands in the operator’s chain, or in that of the tenant it is about', async () => {
    const { log } = openAudit(database.prisma);
    const tenantId = randomUUID();
    await log.around(anOperator(), 'tenant.create', { resource: 'tenant:x' }, async () => 1);
    await log.around(anOperator(), 'credential.put', { tenantId, resource: 'credential:adjust' }, async () => 1);
    expect(await rowsOf('operator')).toMatchObject([{ action: 'tenant.create', keyId: null, edge: 'ADMIN' }, {}]);
    expect(await rowsOf(tenantId)).toMatchObject([{ action: 'credential.put', keyName: 'operator' }, {}]);
  });
});

describe('a read, and a denial', () => {
  it('is one row, with the next seal', async () => {
    const { log, sealer } = openAudit(database.prisma);
    const tenant = aTenant();
    await log.around(tenant, 'kpis.read', { request: { metrics: ['INSTALLS'] } }, async () => []);
    await log
      .around(tenant, 'app.read', {}, () => Promise.reject(new GatewayError('NOT_FOUND', 'No app.')))
      .catch(() => 0);
    const key = {
      tenantId: tenant.tenantId,
      keyId: tenant.keyId,
      keyName: 'old',
      edge: 'REST' as const,
      requestId: 'r',
    };
    log.denied(key, 'key.denied', 'UNAUTHENTICATED');
    expect(await rowsOf(tenant.tenantId)).toEqual([]);
    await sealer.flush();
    expect(await rowsOf(tenant.tenantId)).toMatchObject([
      { kind: 'EVENT', action: 'kpis.read', outcome: 'SUCCEEDED', request: { metrics: ['INSTALLS'] }, batch: 1 },
      { kind: 'EVENT', action: 'app.read', outcome: 'DENIED', code: 'NOT_FOUND', batch: 1 },
      { kind: 'EVENT', action: 'key.denied', outcome: 'DENIED', code: 'UNAUTHENTICATED', keyName: 'old', batch: 1 },
    ]);
  });

  it('takes what a caller may send: an app that is no id, text that no column takes', async () => {
    const { log, sealer, journal } = openAudit(database.prisma);
    const tenant = aTenant({ keyName: 'k\u0000\uD800', requestId: '\u0000' });
    log.denied(tenant, 'app.read', 'NOT_FOUND', {
      appId: "x' OR 1=1\u0000",
      request: { q: '\u0000\uDFFF', big: 10n ** 30n },
    });
    log.denied(tenant, 'app.read', 'NOT_FOUND', { resource: '😀'.repeat(10_000) });
    await sealer.flush();
    expect(journal.waiting.events).toBe(0);
    expect(await rowsOf(tenant.tenantId)).toMatchObject([
      { appId: null, resource: "app:x' OR 1=1\uFFFD" },
      { outcome: 'DENIED' },
    ]);
  });

  it('waits while the database refuses it, and is given up in the end, told', async () => {
    const { log, sealer, journal, told } = openAudit(database.prisma);
    const tenant = aTenant();
    log.denied(tenant, 'viewer.read', 'RATE_LIMITED');
    await database.sql('ALTER TABLE audit_batches RENAME TO audit_batches_away');
    await sealer.flush();
    expect(journal.waiting.events).toBe(1);
    for (let tries = 0; tries < 9; tries++) await sealer.flush();
    expect(journal.waiting.events).toBe(0);
    await database.sql('ALTER TABLE audit_batches_away RENAME TO audit_batches');
    log.denied(tenant, 'viewer.read', 'RATE_LIMITED');
    await sealer.flush();
    expect(told.join()).toContain('{"dropped":1}');
    expect(await rowsOf(tenant.tenantId)).toHaveLength(1);
  });

  it('is dropped past the bound of memory, counted and told', async () => {
    const away = new PrismaService('postgresql://nobody:x@127.0.0.1:1/none');
    const { log, sealer, journal, told } = openAudit(away);
    const tenant = aTenant();
    for (let i = 0; i < 50_007; i++) log.denied(tenant, 'viewer.read', 'RATE_LIMITED');
    await sealer.flush();
    expect(journal.waiting.events).toBe(50_000);
    expect(told.join()).toContain('{"dropped":7}');
    await away.$disconnect();
  });
});

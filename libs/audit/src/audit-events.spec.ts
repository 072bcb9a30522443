import { randomUUID } from 'node:crypto';
import { GatewayError } from '#libs/domain';
import { aTenant, openAudit } from '../../../test/support/audit.js';
import { useDatabase } from '../../../test/support/database.js';
import type { AuditEvent, AuditEventFilter } from './audit-events.js';

const database = useDatabase();
const tenant = aTenant();
const [game, shop] = [randomUUID(), randomUUID()];

beforeAll(async () => {
  const { log, sealer } = openAudit(database.prisma);
  const other = aTenant();
  await log.around(
    tenant,
    'kpis.read',
    { appId: game, vendor: 'ADJUST', request: { metrics: ['CLICKS'] } },
    async () => 1,
  );
  await log.around(other, 'kpis.read', { appId: game }, async () => 1);
  await sealer.flush();
  await log.around(tenant, 'postback.create', { vendor: 'KOCHAVA', request: { a: 1 } }, async (note) =>
    note({ appId: game, resource: 'postback:7', after: { a: 1 }, upstreamStatus: 201 }),
  );
  const rejection = new GatewayError('UPSTREAM_REJECTED', 'No.', { upstreamStatus: 400 });
  await log
    .around(
      tenant,
      'postback.update',
      { appId: shop, vendor: 'KOCHAVA', resource: 'postback:8', before: { a: 0 } },
      () => Promise.reject(rejection),
    )
    .catch(() => 0);
  log.denied({ ...tenant, keyName: 'old key' }, 'key.denied', 'UNAUTHENTICATED');
  await sealer.flush();
  // What a crash between intent and outcome leaves.
  await log.around(tenant, 'app.update', { appId: shop }, async () => 1);
  await database.sql(
    `DELETE FROM audit_rows WHERE chain = '${tenant.tenantId}' AND action = 'app.update' AND kind = 'OUTCOME'`,
  );
  await log.around(other, 'app.update', { appId: shop }, async () => 1);
  // Each a day after the other, so that the times below are known.
  await database.sql(`UPDATE audit_rows SET at = '2026-03-01T00:00:00Z'::timestamptz + interval '1 day' * CASE action
    WHEN 'kpis.read' THEN 0 WHEN 'postback.create' THEN 1 WHEN 'postback.update' THEN 2 WHEN 'key.denied' THEN 3 ELSE 4 END`);
});

const list = (filter: AuditEventFilter = {}, of = tenant) =>
  openAudit(database.prisma).events.list(of, { first: 50, filter });
const actions = async (filter: AuditEventFilter, of = tenant) =>
  (await list(filter, of)).events.map(({ action }) => action);

describe('audit events', () => {
  it('are this tenant’s, newest first, a write one event with its outcome', async () => {
    const page = await list();
    expect(page.hasNextPage).toBe(false);
    expect(page.events).toMatchObject([
      { action: 'app.update', outcome: 'UNKNOWN', code: 'OUTCOME_UNKNOWN', durationMs: null },
      { action: 'key.denied', outcome: 'DENIED', code: 'UNAUTHENTICATED', keyName: 'old key', appId: null },
      {
        action: 'postback.update',
        outcome: 'FAILED',
        code: 'UPSTREAM_REJECTED',
        upstreamStatus: 400,
        before: { a: 0 },
        after: null,
      },
      {
        action: 'postback.create',
        outcome: 'SUCCEEDED',
        code: null,
        upstreamStatus: 201,
        appId: game,
        resource: 'postback:7',
        vendor: 'KOCHAVA',
        keyId: tenant.keyId,
        edge: 'GRAPHQL',
        requestId: 'request-1',
        request: { a: 1 },
        before: null,
        after: { a: 1 },
        at: new Date('2026-03-02T00:00:00Z'),
      },
      { action: 'kpis.read', outcome: 'SUCCEEDED', appId: game, vendor: 'ADJUST', request: { metrics: ['CLICKS'] } },
    ]);
    expect(Object.keys(page.events[0]!)).not.toContain('seq');
  });

  const day = (n: number) => new Date(Date.UTC(2026, 2, n));
  it.each<[AuditEventFilter, string[]]>([
    [{ from: day(2), to: day(4) }, ['postback.update', 'postback.create']],
    [{ actions: ['kpis.read', 'no.such'] }, ['kpis.read']],
    [{ actions: [] }, []],
    [{ outcomes: ['UNKNOWN', 'DENIED'] }, ['app.update', 'key.denied']],
    [{ vendors: ['KOCHAVA'], outcomes: ['SUCCEEDED'] }, ['postback.create']],
    [{ appIds: [game] }, ['postback.create', 'kpis.read']],
    [{ appIds: ["' OR true --"] }, []],
    [{ keyNames: ['old key'] }, ['key.denied']],
    [{ resource: 'postback:8' }, ['postback.update']],
    [{ resource: 'postback' }, []],
    [{ from: null, to: null, actions: null, resource: null, appIds: [shop] }, ['app.update', 'postback.update']],
  ])('that fit %j', async (filter, expected) => {
    expect(await actions(filter)).toEqual(expected);
  });

  it('for a key with an app list are those of its apps, whatever it asks for', async () => {
    const narrow = { ...tenant, appIds: new Set([game]) };
    expect(await actions({}, narrow)).toEqual(['postback.create', 'kpis.read']);
    expect(await actions({ appIds: [shop] }, narrow)).toEqual([]);
    expect(await actions({}, { ...tenant, appIds: new Set() })).toEqual([]);
  });

  it('come in pages that neither miss nor repeat, also when many happened at once', async () => {
    const busy = aTenant();
    const { log, sealer, events: reader } = openAudit(database.prisma);
    for (let i = 0; i < 23; i++) log.denied(busy, 'viewer.read', 'RATE_LIMITED', { request: { i } });
    await sealer.flush();
    await database.sql(`UPDATE audit_rows SET at = now() WHERE chain = '${busy.tenantId}'`);
    const seen: unknown[] = [];
    let after: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof reader.list>> = await reader.list(busy, { first: 5, after });
      seen.push(...page.events.map(({ request }) => (request as { i: number }).i));
      after = page.hasNextPage ? page.endCursor : null;
    } while (after);
    expect(seen).toEqual(Array.from({ length: 23 }, (_, i) => 22 - i));
  });

  it('stream past a page, all of them', async () => {
    const busy = aTenant();
    const { log, sealer, events: reader } = openAudit(database.prisma);
    for (let i = 0; i < 450; i++) log.denied(busy, 'viewer.read', 'RATE_LIMITED');
    await sealer.flush();
    const seen = new Set<string>();
    for await (const event of reader.stream(busy)) seen.add(event.id);
    expect(seen.size).toBe(450);
  });

  it('show an intent’s latest outcome, once', async () => {
    const twice = aTenant();
    const { log } = openAudit(database.prisma);
    await log
      .around(twice, 'app.update', {}, () => Promise.reject(new GatewayError('OUTCOME_UNKNOWN', 'Lost.')))
      .catch(() => 0);
    await database.sql(`INSERT INTO audit_rows (id, chain, kind, intent_id, at, key_name, edge, action, outcome, request_id)
      SELECT gen_random_uuid(), chain, 'OUTCOME', intent_id, at, key_name, edge, action, 'SUCCEEDED', request_id
      FROM audit_rows WHERE chain = '${twice.tenantId}' AND kind = 'OUTCOME'`);
    const page = await list({}, twice);
    expect(page.events.map(({ outcome, code }: AuditEvent) => [outcome, code])).toEqual([['SUCCEEDED', null]]);
  });

  it.each([
    'x',
    '!!',
    Buffer.from('1:2:3').toString('base64url'),
    Buffer.from(`1:${'9'.repeat(30)}`).toString('base64url'),
  ])('refuse the cursor %j', async (after) => {
    const attempt = openAudit(database.prisma).events.list(tenant, { first: 1, after });
    await expect(attempt).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      details: { errors: [{ pointer: '/after' }] },
    });
  });
});

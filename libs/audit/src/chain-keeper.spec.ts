import { createHash } from 'node:crypto';
import type { TenantContext } from '#libs/domain';
import { aTenant, openAudit } from '../../../test/support/audit.js';
import { useDatabase } from '../../../test/support/database.js';
import { batchHash } from './chain.js';
import type { ChainReport } from './chain-keeper.js';

const database = useDatabase();

async function verify(chain: string, heads?: Map<string, { number: number; hash: string }>): Promise<ChainReport> {
  const reports: ChainReport[] = [];
  for await (const report of openAudit(database.prisma).keeper.verify({ only: chain, heads })) reports.push(report);
  return reports[0]!;
}

/** Three batches of three rows: a read between a write's two. */
async function threeBatches(tenant: TenantContext = aTenant()): Promise<string> {
  const { log, sealer } = openAudit(database.prisma);
  for (let batch = 0; batch < 3; batch++) {
    await log.around(tenant, 'postback.create', { request: { batch, context: { a: 'b' } } }, async () => 1);
    await log.around(tenant, 'kpis.read', { request: { batch } }, async () => 1);
    await sealer.flush();
  }
  return tenant.tenantId;
}

const rowsOf = (chain: string, batch: number) =>
  database.prisma.auditRow.findMany({ where: { chain, batch }, orderBy: { seq: 'asc' } });

describe('verify', () => {
  it('finds an untouched chain whole, and names its head', async () => {
    const chain = await threeBatches();
    const report = await verify(chain);
    expect(report).toMatchObject({ batches: 3, rows: 9, broken: null, head: { number: 3 } });
    expect(await verify(chain, new Map([[chain, report.head!]]))).toMatchObject({ broken: null });
  });

  it.each([
    ['outcome', `'DENIED'`],
    ['key_name', `'another'`],
    ['at', `at + interval '1 millisecond'`],
    ['request', `'{"batch": 1}'`],
    ['app_id', `gen_random_uuid()`],
    ['duration_ms', `NULL`],
    ['id', `gen_random_uuid()`],
    ['kind', `'INTENT'`],
    ['resource', `''`],
  ])('names a row whose %s was changed', async (column, value) => {
    const chain = await threeBatches();
    const row = (await rowsOf(chain, 2)).find(({ kind }) => kind === 'EVENT')!;
    await database.sql(`UPDATE audit_rows SET ${column} = ${value} WHERE seq = ${row.seq}`);
    expect((await verify(chain)).broken).toMatch(new RegExp(`^row ${row.seq} .* of batch 2 was changed$`));
  });

  it('names a row that was taken out, the last of a batch and a whole batch’s too', async () => {
    const chain = await threeBatches();
    const [, , last] = await rowsOf(chain, 2);
    await database.sql(`DELETE FROM audit_rows WHERE seq = ${last!.seq}`);
    expect((await verify(chain)).broken).toBe(`row ${last!.seq} of batch 2 is gone`);
    await database.sql(`DELETE FROM audit_rows WHERE chain = '${chain}' AND batch = 2`);
    expect((await verify(chain)).broken).toMatch(/^row \d+ of batch 2 is gone$/);
  });

  it('names a row that was put in, and one of a batch that is not there', async () => {
    const chain = await threeBatches();
    const copy = (batch: number) => `
      INSERT INTO audit_rows (id, chain, kind, at, key_name, edge, action, request_id, batch)
      SELECT gen_random_uuid(), chain, kind, at, key_name, edge, action, request_id, ${batch}
      FROM audit_rows WHERE chain = '${chain}' LIMIT 1 RETURNING seq::text, id`;
    const [stray] = await database.sql<{ seq: string; id: string }>(copy(9));
    expect((await verify(chain)).broken).toBe(`row ${stray!.seq} (${stray!.id}) is of batch 9, which is not there`);
    const [forged] = await database.sql<{ seq: string; id: string }>(copy(2));
    expect((await verify(chain)).broken).toBe(
      `row ${forged!.seq} (${forged!.id}) was put into batch 2 after it was sealed`,
    );
  });

  it.each(['sealed_at = now()', 'row_count = 2', `rows = '{}'`, `hash = repeat('a', 64)`])(
    'names a batch that was changed: %s',
    async (change) => {
      const chain = await threeBatches();
      await database.sql(`UPDATE audit_batches SET ${change} WHERE chain = '${chain}' AND number = 2`);
      expect((await verify(chain)).broken).toBe('batch 2 was changed: its hash is another');
    },
  );

  it('names the next batch when one was changed together with its hash', async () => {
    const chain = await threeBatches();
    const batch = await database.prisma.auditBatch.findFirstOrThrow({ where: { chain, number: 2 } });
    const forged = { ...batch, rows: batch.rows.slice(1), rowCount: 2 };
    await database.sql(`DELETE FROM audit_rows WHERE seq = ${batch.rows[0]!.split(':')[0]}`);
    await database.prisma.auditBatch.update({
      where: { chain_number: { chain, number: 2 } },
      data: { rows: forged.rows, rowCount: 2, hash: batchHash(forged) },
    });
    expect((await verify(chain)).broken).toBe('batch 3 does not follow batch 2');
  });

  it('names a gap, a beginning that is gone, a batch before the first, and rows without any batch', async () => {
    const chain = await threeBatches();
    await database.sql(`DELETE FROM audit_batches WHERE chain = '${chain}' AND number = 2`);
    expect((await verify(chain)).broken).toBe('batch 2 is gone: batch 3 stands in its place');
    await database.sql(`DELETE FROM audit_batches WHERE chain = '${chain}' AND number = 1`);
    expect((await verify(chain)).broken).toBe('batch 1 is gone: batch 3 stands in its place');
    await database.sql(`UPDATE audit_batches SET number = -5 WHERE chain = '${chain}'`);
    expect((await verify(chain)).broken).toBe('batch 1 is gone: batch -5 stands in its place');
    await database.sql(`DELETE FROM audit_batches WHERE chain = '${chain}'`);
    expect((await verify(chain)).broken).toMatch(/is of batch 1, which is not there/);
  });

  it('knows by a head that was kept that the end was cut off, or is another', async () => {
    const chain = await threeBatches();
    const { head } = await verify(chain);
    await database.sql(`DELETE FROM audit_batches WHERE chain = '${chain}' AND number = 3`);
    await database.sql(`DELETE FROM audit_rows WHERE chain = '${chain}' AND batch = 3`);
    expect(await verify(chain)).toMatchObject({ batches: 2, broken: null });
    const heads = new Map([[chain, head!]]);
    expect((await verify(chain, heads)).broken).toBe('batches 3 to 3 are gone: the end of the chain was cut off');
    const { log, sealer } = openAudit(database.prisma);
    log.denied(aTenant({ tenantId: chain }), 'viewer.read', 'RATE_LIMITED');
    await sealer.flush();
    expect((await verify(chain, heads)).broken).toBe('batch 3 is another than the one whose hash was kept');
  });

  it('goes through every chain, the broken ones too', async () => {
    const [whole, torn] = [await threeBatches(), await threeBatches()];
    await database.sql(`UPDATE audit_rows SET action = 'app.read' WHERE chain = '${torn}'`);
    const reports = new Map<string, ChainReport>();
    for await (const report of openAudit(database.prisma).keeper.verify()) reports.set(report.chain, report);
    expect(reports.get(whole)).toMatchObject({ broken: null, batches: 3 });
    expect(reports.get(torn)?.broken).toContain('was changed');
  });
});

describe('sealing', () => {
  it('makes one chain of three sealers’ rows, each row in one batch', async () => {
    const replicas = [1, 2, 3].map(() => openAudit(database.prisma));
    const tenant = aTenant();
    const each = 12;
    await Promise.all(
      replicas.map(async ({ log, sealer }, replica) => {
        for (let i = 0; i < each; i++) {
          log.denied(tenant, 'viewer.read', 'RATE_LIMITED', { request: { replica, i } });
          if (i % 3 === 0) await log.around(tenant, 'app.update', {}, async () => 1);
          await sealer.flush();
        }
      }),
    );
    await replicas[0]!.sealer.flush();
    const report = await verify(tenant.tenantId);
    expect(report).toMatchObject({ broken: null, rows: 3 * each + 3 * 4 * 2 });
    expect(await database.prisma.auditRow.count({ where: { chain: tenant.tenantId } })).toBe(report.rows);
    expect(report.batches).toBeGreaterThan(each);
  });

  it('splits a burst into batches of bounded size', async () => {
    const { log, sealer } = openAudit(database.prisma);
    const tenant = aTenant();
    for (let i = 0; i < 1_203; i++) log.denied(tenant, 'viewer.read', 'RATE_LIMITED');
    await sealer.flush();
    expect(await verify(tenant.tenantId)).toMatchObject({ broken: null, batches: 3, rows: 1_203 });
  });

  it('takes a row that commits late, under a lower number than sealed ones, into a later batch', async () => {
    const { log, sealer } = openAudit(database.prisma);
    const tenant = aTenant();
    await database.prisma.$transaction(async (open) => {
      await open.$executeRaw`INSERT INTO audit_rows (id, chain, kind, at, key_name, edge, action, request_id)
        VALUES (gen_random_uuid(), ${tenant.tenantId}, 'INTENT', now(), 'slow', 'REST', 'app.update', 'r')`;
      await log.around(tenant, 'app.update', {}, async () => 1);
      await sealer.flush();
    });
    await log.around(tenant, 'app.update', {}, async () => 1);
    await sealer.flush();
    expect(await verify(tenant.tenantId)).toMatchObject({ broken: null, batches: 2, rows: 5 });
    const first = await database.prisma.auditRow.findFirst({
      where: { chain: tenant.tenantId },
      orderBy: { seq: 'asc' },
    });
    expect(first).toMatchObject({ keyName: 'slow', batch: 2 });
  });

  it('takes up what a process that died left unsealed', async () => {
    const tenant = aTenant();
    await openAudit(database.prisma).log.around(tenant, 'app.update', {}, async () => 1);
    await openAudit(database.prisma).sealer.flush();
    expect(await verify(tenant.tenantId)).toMatchObject({ broken: null, rows: 2 });
  });

  it('does not write the rows of a commit whose answer was lost a second time', async () => {
    const { log, sealer, journal } = openAudit(database.prisma);
    const tenant = aTenant();
    log.denied(tenant, 'viewer.read', 'RATE_LIMITED');
    const events = journal.takeEvents(tenant.tenantId);
    journal.putBack(tenant.tenantId, events, new Error('the connection ended'));
    await sealer.flush();
    journal.putBack(tenant.tenantId, events, new Error('the connection ended'));
    await sealer.flush();
    expect(await verify(tenant.tenantId)).toMatchObject({ broken: null, batches: 1, rows: 1 });
  });
});

describe('export', () => {
  it('gives the rows of a time, each batch before its rows, and can be checked without the database', async () => {
    const chain = await threeBatches();
    const lines: Record<string, unknown>[] = [];
    for await (const line of openAudit(database.prisma).keeper.export(chain)) lines.push(JSON.parse(line));
    expect(lines.map(({ kind }) => kind).join(' ')).toBe(
      Array.from({ length: 3 }, () => 'BATCH INTENT OUTCOME EVENT').join(' '),
    );
    const heads = lines.filter(({ kind }) => kind === 'BATCH') as { hash: string; previous: string; rows: string[] }[];
    const recomputed = heads.map(({ hash: _hash, ...head }) => {
      const { previous, chain: of, number, rowCount, sealedAt, rows } = head as Record<string, unknown> & typeof head;
      return createHash('sha256')
        .update([previous, of, number, rowCount, sealedAt, ...rows].join('\n'))
        .digest('hex');
    });
    expect(recomputed).toEqual(heads.map(({ hash }) => hash));
    expect(heads[1]!.previous).toBe(heads[0]!.hash);
    expect(heads[0]!.rows.map((row) => row.split(':')[0])).toEqual(lines.slice(1, 4).map(({ seq }) => seq));
  });

  it('keeps to from (included) and to (excluded), and to one chain', async () => {
    const chain = await threeBatches();
    const rows = await database.prisma.auditRow.findMany({ where: { chain }, orderBy: { seq: 'asc' } });
    await database.sql(`UPDATE audit_rows SET at = '2026-01-01T00:00:00Z' WHERE chain = '${chain}' AND batch = 1`);
    await database.sql(`UPDATE audit_rows SET at = '2026-02-01T00:00:00Z' WHERE chain = '${chain}' AND batch = 2`);
    await database.sql(`UPDATE audit_rows SET at = '2026-03-01T00:00:00Z' WHERE chain = '${chain}' AND batch = 3`);
    const seqs: unknown[] = [];
    const range = { from: new Date('2026-02-01T00:00:00Z'), to: new Date('2026-03-01T00:00:00Z') };
    for await (const line of openAudit(database.prisma).keeper.export(chain, range)) {
      const { kind, seq, number } = JSON.parse(line) as Record<string, unknown>;
      seqs.push(kind === 'BATCH' ? `batch ${number as number}` : seq);
    }
    expect(seqs).toEqual(['batch 2', ...rows.slice(3, 6).map(({ seq }) => String(seq))]);
    const none: string[] = [];
    for await (const line of openAudit(database.prisma).keeper.export(aTenant().tenantId)) none.push(line);
    expect(none).toEqual([]);
  });
});

import { Global, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { PrismaService } from '#libs/database';
import { aTenant } from '../../../test/support/audit.js';
import { useDatabase } from '../../../test/support/database.js';
import { AuditEvents } from './audit-events.js';
import { AuditLog } from './audit-log.js';
import { AuditModule } from './audit.module.js';
import { ChainKeeper } from './chain-keeper.js';
import { WriteOnce } from './write-once.js';

const database = useDatabase();

async function start() {
  @Global()
  @Module({ providers: [{ provide: PrismaService, useValue: database.prisma }], exports: [PrismaService] })
  class Database {}
  const module = await Test.createTestingModule({ imports: [Database, AuditModule.forRoot()] }).compile();
  return module.init();
}

it('seals by itself, and at its end writes and seals what is still in memory', async () => {
  const app = await start();
  const tenant = aTenant();
  await app.get(AuditLog).around(tenant, 'viewer.read', {}, async () => 1);
  while ((await database.prisma.auditBatch.count({ where: { chain: tenant.tenantId } })) === 0) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await app.get(AuditLog).around(tenant, 'apps.read', {}, async () => 1);
  await app
    .get(WriteOnce)
    .run(tenant, { action: 'apps.sync', operation: 'apps.sync', target: {}, request: {} }, async () => 1);
  await app.close();
  const page = await app.get(AuditEvents).list(tenant, { first: 10 });
  expect(page.events.map(({ action }) => action).sort()).toEqual(['apps.read', 'apps.sync', 'viewer.read']);
  for await (const report of app.get(ChainKeeper).verify()) expect(report).toMatchObject({ broken: null, rows: 4 });
});

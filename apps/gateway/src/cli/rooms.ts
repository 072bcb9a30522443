import { NestFactory } from '@nestjs/core';
import { PrismaService } from '#libs/database';
import { ApiKeysAdmin } from '../admin/api-keys-admin.service.js';
import { AppsAdmin } from '../admin/apps-admin.service.js';
import { AuditAdmin } from '../admin/audit-admin.service.js';
import { CredentialsAdmin } from '../admin/credentials-admin.service.js';
import { ReEncryptionAdmin } from '../admin/re-encryption-admin.service.js';
import { TenantsAdmin } from '../admin/tenants-admin.service.js';
import { CliModule, type CliParts } from './cli.module.js';

/** The rooms of the administration, opened for one run. */
export async function openRooms(parts: CliParts) {
  const app = await NestFactory.createApplicationContext(CliModule.forRoot(parts), {
    logger: false,
    abortOnError: false,
  });
  return {
    tenants: app.get(TenantsAdmin),
    credentials: app.get(CredentialsAdmin),
    keys: app.get(ApiKeysAdmin),
    apps: app.get(AppsAdmin),
    audit: app.get(AuditAdmin),
    reEncryption: app.get(ReEncryptionAdmin),
    /** Writes and seals what the audit still holds, and lets the connections go. */
    close: async (): Promise<void> => {
      await app.close();
      await app.get(PrismaService).$disconnect();
    },
  };
}

export type Rooms = Awaited<ReturnType<typeof openRooms>>;

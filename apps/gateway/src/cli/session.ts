import { randomUUID } from 'node:crypto';
import type { INestApplicationContext, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type OpenDatabase, openDatabase, PrismaService } from '#libs/database';
import type { OperatorContext } from '#libs/domain';
import { type Config, loadConfig } from '../config.js';
import { ensureCredentialKeys } from '../credential-keys.js';
import { CliModule } from './cli.module.js';

/** One run of the command line: opens what a command needs when it asks, and closes it. */
export class Session {
  readonly operator: OperatorContext = { kind: 'operator', edge: 'CLI', requestId: randomUUID() };
  exitCode = 0;
  private config?: Config;
  private opened?: OpenDatabase;
  private app?: INestApplicationContext;

  constructor(readonly env: Record<string, string | undefined>) {}

  /** The database, migrated. On embedded Postgres this joins a gateway that runs. Throws ConfigError. */
  async database(): Promise<OpenDatabase> {
    const { url, dataDir } = (this.config ??= loadConfig(this.env)).database;
    if (!this.opened) {
      process.once('SIGINT', () => void this.close().finally(() => process.exit(130)));
      this.opened = await openDatabase({ databaseUrl: url, dataDir });
    }
    return this.opened;
  }

  /** A room of the administration. */
  async room<T>(type: Type<T>): Promise<T> {
    const { url: databaseUrl } = await this.database();
    const config = this.config!;
    const credentialKeys = config.tenancy.credentialKeys ?? (await ensureCredentialKeys(config.database.dataDir));
    const parts = { config, databaseUrl, credentialKeys };
    this.app ??= await NestFactory.createApplicationContext(CliModule.forRoot(parts), {
      logger: false,
      abortOnError: false,
    });
    return this.app.get(type);
  }

  /** Writes and seals what the audit still holds, and leaves the database. */
  async close(): Promise<void> {
    const { app, opened } = this;
    this.app = undefined;
    this.opened = undefined;
    await app?.close();
    await app?.get(PrismaService).$disconnect();
    await opened?.close();
  }
}

import { randomUUID } from 'node:crypto';
import type { OpenDatabase } from '#libs/database';
import type { OperatorContext } from '#libs/domain';
import type { Config } from '../config.js';
import { type Io, Printer } from './output.js';
import type { Rooms } from './rooms.js';

/**
 * One run of the command line: opens what a command needs when it asks, and closes it. Nothing is loaded before: help and
 * a mistyped command answer at once.
 */
export class Session {
  readonly operator: OperatorContext = { kind: 'operator', edge: 'CLI', requestId: randomUUID() };
  readonly print: Printer;
  exitCode = 0;
  private config?: Config;
  private opened?: OpenDatabase;
  private open?: Rooms;

  private readonly interrupted = (): void => void this.close().finally(() => process.exit(130));

  constructor(
    readonly env: Record<string, string | undefined>,
    readonly io: Io,
  ) {
    this.print = new Printer(io);
  }

  /** The database, migrated. On embedded Postgres this joins a gateway that runs. Throws ConfigError. */
  async database(): Promise<OpenDatabase> {
    const { url, dataDir } = (await this.settings()).database;
    if (!this.opened) {
      const { openDatabase } = await import('#libs/database');
      process.once('SIGINT', this.interrupted);
      this.opened = await openDatabase({ databaseUrl: url, dataDir });
      if (this.opened.isNew) this.print.remark(newDatabase(dataDir));
    }
    return this.opened;
  }

  async rooms(): Promise<Rooms> {
    if (this.open) return this.open;
    const { url: databaseUrl } = await this.database();
    const config = await this.settings();
    const [{ openRooms }, { ensureCredentialKeys }] = await Promise.all([
      import('./rooms.js'),
      import('../credential-keys.js'),
    ]);
    const credentialKeys = config.tenancy.credentialKeys ?? (await ensureCredentialKeys(config.database.dataDir));
    return (this.open = await openRooms({ config, databaseUrl, credentialKeys }));
  }

  async close(): Promise<void> {
    const { open, opened } = this;
    this.open = undefined;
    this.opened = undefined;
    process.off('SIGINT', this.interrupted);
    await open?.close();
    await opened?.close();
  }

  private async settings(): Promise<Config> {
    return (this.config ??= (await import('../config.js')).loadConfig(this.env));
  }
}

/** Or an empty list would pass for the answer of a gateway whose database is elsewhere. */
const newDatabase = (dataDir: string): string =>
  `There was no database in ${dataDir}: a new one has been made there. For one that is kept elsewhere set DATA_DIR or DATABASE_URL, as its gateway has it.`;

import { openEmbeddedPostgres } from './embedded-postgres.js';
import { applyMigrations } from './migrations.js';

export interface OpenDatabase {
  url: string;
  embedded: boolean;
  /** Embedded, and made by this opening: there was none in `dataDir`. */
  isNew: boolean;
  /** Names of the migrations that this opening applied. */
  applied: string[];
  close(): Promise<void>;
}

/** The database at `databaseUrl`, or the embedded one kept in `dataDir`, brought up to date. */
export async function openDatabase({
  databaseUrl,
  dataDir,
}: {
  databaseUrl?: string;
  dataDir: string;
}): Promise<OpenDatabase> {
  if (databaseUrl) {
    return {
      url: databaseUrl,
      embedded: false,
      isNew: false,
      applied: await applyMigrations(databaseUrl),
      close: async () => undefined,
    };
  }
  const server = await openEmbeddedPostgres(dataDir);
  try {
    const { url, isNew } = server;
    return { url, embedded: true, isNew, applied: await applyMigrations(url), close: () => server.close() };
  } catch (error) {
    await server.close();
    throw error;
  }
}

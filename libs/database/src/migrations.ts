import { existsSync } from 'node:fs';
import { readFile, readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';

/** Any number that only migrations of this gateway lock: one replica applies them, the others wait their turn. */
const MIGRATION_LOCK = 7_106_773_001;

const FILTERS = { externalTables: [], externalEnums: [] };

/** Of what Node has, the little that is used here: its types come with the browser's. */
declare const WebAssembly: {
  instantiate(
    bytes: Uint8Array,
    imports: Record<string, object>,
  ): Promise<{ instance: { exports: { __wbindgen_start(): void } } }>;
};

interface SchemaEngine {
  applyMigrations(input: object): Promise<{ appliedMigrationNames: string[] }>;
  diff(input: object): Promise<{ stdout: string | null }>;
}

/**
 * Brings the database to the newest migration with Prisma's own engine, run as WebAssembly so that nothing is
 * downloaded; `prisma migrate deploy` sees the same `_prisma_migrations`. Answers the names that were applied.
 */
export async function applyMigrations(databaseUrl: string, folder = migrationsFolder()): Promise<string[]> {
  const lock = new pg.Client({ connectionString: databaseUrl });
  lock.on('error', () => undefined);
  await lock.connect();
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    // The engine costs most of a second to load: not where there is nothing for it to do.
    if (await isUpToDate(lock, folder)) return [];
    const migrationsList = await readMigrations(folder);
    return await withEngine(databaseUrl, undefined, async (engine) => {
      const { appliedMigrationNames } = await engine.applyMigrations({ migrationsList, filters: FILTERS });
      return appliedMigrationNames;
    });
  } finally {
    await lock.end();
  }
}

async function isUpToDate(client: pg.Client, folder: string): Promise<boolean> {
  const { rows } = await client.query<{ there: boolean }>(
    `SELECT to_regclass('_prisma_migrations') IS NOT NULL AS there`,
  );
  if (!rows[0]?.there) return false;
  const query = async (sql: string) => (await client.query<{ migration_name: string }>(sql)).rows;
  return (await pendingMigrations(query, folder)).length === 0;
}

/** Names of the migrations in `folder` that this database has not finished. Empty: it is up to date. */
export async function pendingMigrations(
  query: (sql: string) => Promise<{ migration_name: string }[]>,
  folder = migrationsFolder(),
): Promise<string[]> {
  const done = new Set(
    (await query('SELECT migration_name FROM _prisma_migrations WHERE finished_at IS NOT NULL')).map(
      (row) => row.migration_name,
    ),
  );
  return (await migrationNames(folder)).filter((name) => !done.has(name));
}

/** The SQL that takes a database of the schema `from` (undefined: an empty one) to `to`, both texts of schema.prisma. */
export async function migrationDiff(databaseUrl: string, from: string | undefined, to: string): Promise<string> {
  const datamodel = (content: string) => ({ tag: 'schemaDatamodel', files: [{ path: 'schema.prisma', content }] });
  return withEngine(databaseUrl, to, async (engine) => {
    const { stdout } = await engine.diff({
      from: from ? datamodel(from) : { tag: 'empty' },
      to: datamodel(to),
      script: true,
      exitCode: null,
      filters: FILTERS,
    });
    return stdout ?? '';
  });
}

/** Instantiated once: the engine's bindings are module state, and a second instance would pull it from under the first. */
let bindings: Promise<EngineBindings> | undefined;

interface EngineBindings {
  SchemaEngine: { new: (options: object, log: (line: string) => void, adapter: object) => Promise<SchemaEngine> };
}

/** The pool is ended with the work: the engine's own lock goes with its connection, and others wait for it. */
async function withEngine<T>(
  databaseUrl: string,
  schema: string | undefined,
  work: (engine: SchemaEngine) => Promise<T>,
) {
  const { SchemaEngine } = await (bindings ??= loadBindings());
  const pool = new pg.Pool({ connectionString: databaseUrl, allowExitOnIdle: true });
  pool.on('error', () => undefined);
  try {
    const adapter = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool));
    const datamodels = schema ? [['schema.prisma', schema]] : undefined;
    const engine = await SchemaEngine.new({ datamodels }, () => undefined, adapter);
    return await work(engine);
  } finally {
    await pool.end();
  }
}

/** The package's own entry imports its .wasm file directly, which Node does not do. */
async function loadBindings(): Promise<EngineBindings> {
  const entry = createRequire(import.meta.url).resolve('@prisma/schema-engine-wasm/schema_engine_bg');
  const module = (await import(pathToFileURL(entry).href)) as EngineBindings & {
    __wbg_set_wasm(exports: object): void;
  };
  const { instance } = await WebAssembly.instantiate(await readFile(entry.replace(/\.js$/, '.wasm')), {
    './schema_engine_bg.js': module,
  });
  module.__wbg_set_wasm(instance.exports);
  instance.exports.__wbindgen_start();
  return module;
}

async function readMigrations(folder: string): Promise<object> {
  const names = await migrationNames(folder);
  return {
    baseDir: folder,
    lockfile: { path: 'migration_lock.toml', content: await readFile(join(folder, 'migration_lock.toml'), 'utf8') },
    shadowDbInitScript: '',
    migrationDirectories: await Promise.all(
      names.map(async (name) => ({
        path: name,
        migrationFile: {
          path: 'migration.sql',
          content: { tag: 'ok', value: await readFile(join(folder, name, 'migration.sql'), 'utf8') },
        },
      })),
    ),
  };
}

async function migrationNames(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** prisma/migrations at the project's root, wherever below it this runs: from source, compiled or packed. */
function migrationsFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const found = join(folder, 'prisma', 'migrations');
    if (existsSync(found)) return found;
    const above = dirname(folder);
    if (above === folder) throw new Error('prisma/migrations is missing: it is deployed together with dist/.');
    folder = above;
  }
}

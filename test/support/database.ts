import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { applyMigrations, type EmbeddedPostgres, openEmbeddedPostgres, PrismaService } from '#libs/database';

const MIGRATIONS = join(process.cwd(), 'prisma', 'migrations');
/** Any number that only this helper locks: one process makes the template, the others wait. */
const TEMPLATE_LOCK = 7_106_773_002;

export interface TestDatabase {
  readonly prisma: PrismaService;
  readonly url: string;
  /** Runs SQL beside Prisma: what the code under test must not be asked to do. */
  sql<T extends object = Record<string, unknown>>(text: string, values?: unknown[]): Promise<T[]>;
}

/**
 * A database of its own for the spec file that calls this, migrated and empty, gone after it. It stands on a real
 * Postgres that all workers share, kept in the system's temporary folder and stopped by the last one to leave.
 */
export function useDatabase(): TestDatabase {
  let opened: { prisma: PrismaService; url: string; close: () => Promise<void> } | undefined;
  const use = () => {
    if (!opened) throw new Error('The database is there from beforeAll to afterAll.');
    return opened;
  };
  beforeAll(async () => {
    opened = await openTestDatabase();
  });
  afterAll(async () => {
    await opened?.close();
    opened = undefined;
  });
  return {
    get prisma() {
      return use().prisma;
    },
    get url() {
      return use().url;
    },
    sql: (text, values) => query(use().url, text, values),
  };
}

/** As `useDatabase`, for a spec that opens and closes it itself. */
export async function openTestDatabase(): Promise<{ prisma: PrismaService; url: string; close: () => Promise<void> }> {
  const { server, template } = await openSharedServer();
  const name = `spec_${process.pid}_${randomBytes(6).toString('hex')}`;
  await query(server.url, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = databaseUrl(server.url, name);
  const prisma = new PrismaService(url, { connections: 5 });
  const close = async () => {
    await prisma.$disconnect();
    await query(server.url, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
    await server.close();
  };
  return { prisma, url, close };
}

/** A migrated Postgres of a spec's own, to be stopped in the middle of it. */
export async function openPrivateServer() {
  const folder = mkdtempSync(join(tmpdir(), 'mmp-gateway-private-'));
  chmodSync(folder, 0o755);
  let server: EmbeddedPostgres | undefined = await openEmbeddedPostgres(folder);
  for (const { sql } of migrations()) await query(server.url, sql);
  const prisma = new PrismaService(server.url, { connections: 5 });
  return {
    prisma,
    stop: async () => {
      await server?.close();
      server = undefined;
    },
    remove: async () => {
      await prisma.$disconnect();
      await server?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The folder goes by the migrations, and so does the template: a changed schema makes a new cluster. */
async function openSharedServer(): Promise<{ server: EmbeddedPostgres; template: string }> {
  const hash = migrationsHash();
  const folder = join(tmpdir(), `mmp-gateway-test-${process.getuid?.() ?? 0}-${hash}`);
  mkdirSync(folder, { recursive: true });
  // Postgres runs as another user when the tests run as root.
  chmodSync(folder, 0o755);
  for (let tries = 1; ; tries += 1) {
    const server = await openEmbeddedPostgres(folder);
    try {
      return { server, template: await ensureTemplate(server.url, `template_${hash}`) };
    } catch (error) {
      // The last worker to leave may have been about to stop the server that was joined here.
      await server.close();
      if (tries === 3) throw error;
      await sleep(200);
    }
  }
}

async function ensureTemplate(url: string, template: string): Promise<string> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [template]);
    if (rowCount) return template;
    // Nothing here must outlive a crash.
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
      await client.query(`ALTER SYSTEM SET ${setting} = off`);
    }
    await client.query('SELECT pg_reload_conf()');
    // Under its name only when it is whole: a killed worker leaves a draft, which the next one replaces.
    await client.query('DROP DATABASE IF EXISTS template_draft WITH (FORCE)');
    await client.query('CREATE DATABASE template_draft');
    await applyMigrations(databaseUrl(url, 'template_draft'), MIGRATIONS);
    await client.query(`ALTER DATABASE template_draft RENAME TO ${template}`);
    return template;
  } finally {
    await client.end();
  }
}

async function query<T extends object>(url: string, text: string, values?: unknown[]): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T & pg.QueryResultRow>(text, values)).rows;
  } finally {
    await client.end();
  }
}

function databaseUrl(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

function migrationsHash(): string {
  const hash = createHash('sha256');
  for (const { file, sql } of migrations()) hash.update(file).update(sql);
  return hash.digest('hex').slice(0, 12);
}

function migrations(): { file: string; sql: string }[] {
  const files = (readdirSync(MIGRATIONS, { recursive: true }) as string[]).filter((file) => file.endsWith('.sql'));
  return files.sort().map((file) => ({ file, sql: readFileSync(join(MIGRATIONS, file), 'utf8') }));
}

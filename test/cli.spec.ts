import { spawn } from 'node:child_process';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Sealer } from '#libs/audit';
import { runCommandLine } from '../apps/gateway/src/cli/command-line.js';
import { DEMO_USER, LIMITED_USER } from '../apps/sandbox/src/index.js';
import { CREDENTIAL_KEYS, environmentFor, useGateway } from './support/gateway.js';

const gateway = useGateway();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'mmp-gateway-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Ended {
  code: number | null;
  out: string;
  err: string;
}

interface Given {
  env?: Record<string, string>;
  input?: string;
}

const environment = (env: Given['env']) => ({ ...environmentFor(gateway.sandbox, gateway.database.url), ...env });

/** In this process, on the database of a gateway that runs. */
async function run(args: string[], { env, input = '' }: Given = {}): Promise<Ended> {
  const said = { out: '', err: '' };
  const into = (name: 'out' | 'err') =>
    new Writable({
      write: (chunk, _encoding, done) => {
        said[name] += String(chunk);
        done();
      },
    });
  const io = { stdin: Readable.from([input]), stdout: into('out'), stderr: into('err') };
  const code = await runCommandLine(args, environment(env), io);
  return { code, ...said };
}

/** As a process of its own, as npm starts it. */
async function start(args: string[], { env, input = '' }: Given = {}): Promise<Ended> {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(process.execPath, ['scripts/gateway.mjs', ...args], {
    env: { PATH, HOME, ...environment(env) },
  });
  child.stdin.end(input);
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, out, err };
}

async function json<T>(...args: string[]): Promise<T> {
  const { code, out, err } = await run([...args, '--json']);
  expect({ code, err }).toMatchObject({ code: 0 });
  return JSON.parse(out) as T;
}

it('says what there is, without an argument', async () => {
  const { code, out } = await run([]);
  expect(code).toBe(0);
  expect(out).toContain('Examples:');
  for (const noun of ['migrate', 'tenants', 'credentials', 'keys', 'apps', 'audit', 're-encrypt']) {
    expect(out).toContain(noun);
  }
});

it('refuses a wrong environment with one line and 78', async () => {
  const { code, out, err } = await start(['tenants', 'list'], { env: { CREDENTIAL_KEYS: 'k1:short' } });
  expect({ code, out, lines: err.trimEnd().split('\n') }).toEqual({
    code: 78,
    out: '',
    lines: [expect.stringMatching(/^CREDENTIAL_KEYS must be/)],
  });
});

it('ends without a word where its reader has left', async () => {
  const { PATH = '', HOME = '' } = process.env;
  for (const [args, code] of [
    [['keys', 'list', '--tenant', 'orbit'], 0],
    [['audit', 'export', '--tenant', 'orbit'], 141],
  ] as const) {
    const child = spawn(process.execPath, ['scripts/gateway.mjs', ...args], {
      env: { PATH, HOME, ...environment({}) },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child.stdout.destroy();
    const ended = new Promise<number | null>((done) => child.once('close', done));
    expect([args, await text(child.stderr), await ended]).toEqual([args, '', code]);
  }
});

it('says where it made a database, where there was none', async () => {
  // Started as root, Postgres runs as somebody else.
  await chmod(folder, 0o755);
  const made = { DATABASE_URL: '', DATA_DIR: join(folder, 'none yet') };
  const first = await run(['tenants', 'list', '--json'], { env: made });
  expect(first).toMatchObject({
    code: 0,
    out: '[]\n',
    err: expect.stringContaining(`no database in ${made.DATA_DIR}:`),
  });
  expect(await run(['tenants', 'list', '--json'], { env: made })).toMatchObject({ code: 0, err: '' });
});

it('tells a database that is away in words', async () => {
  const env = { DATABASE_URL: 'postgresql://nobody:hidden-word@127.0.0.1:1/none' };
  const { code, err } = await run(['tenants', 'list'], { env });
  expect(code).toBe(1);
  expect(err).toContain('DATABASE_URL');
  expect(err).not.toContain('hidden-word');
});

it('makes a tenant, its app and a key that the running gateway takes, and ends that key', async () => {
  await json('tenants', 'create', 'cli-team', '--name', 'CLI Team');
  const tenants = await run(['tenants', 'list']);
  expect(tenants.out).toMatch(/^SLUG +NAME +ID +CREATED AT\n/);
  expect(tenants.out).toMatch(/^cli-team +CLI Team +/m);
  const app = await json<{ id: string }>(
    ...['apps', 'create', '--tenant', 'cli-team', '--name', 'Puzzle', '--platform', 'ios', '--adjust-token', 'abc123'],
  );
  const issued = await json<{ id: string; key: string }>(
    ...['keys', 'issue', '--tenant', 'cli-team', '--name', 'k', '--scopes', 'apps:read', '--app', app.id],
  );
  expect((await gateway.http('get', '/v1/apps', issued.key)).body.data).toMatchObject([{ id: app.id }]);
  const rotated = await json<{ key: string }>(
    ...['keys', 'rotate', issued.id, '--tenant', 'cli-team', '--grace-seconds', '0'],
  );
  expect((await gateway.http('get', '/v1/apps', rotated.key)).status).toBe(200);
  const keys = await json<{ id: string }[]>('keys', 'list', '--tenant', 'cli-team');
  expect(JSON.stringify(keys)).not.toContain(rotated.key);
  expect((await run(['keys', 'revoke', keys[1]!.id, '--tenant', 'cli-team'])).code).toBe(0);
  expect((await run(['tenants', 'delete', 'cli-team'])).code).toBe(1);
  expect((await run(['tenants', 'delete', 'cli-team', '--yes'])).code).toBe(0);
  expect((await gateway.admin('get', '/tenants/cli-team')).status).toBe(404);
});

it('names every bad field', async () => {
  const { code, out, err } = await run(['tenants', 'create', 'Not A Slug', '--name', ' ']);
  expect({ code, out }).toEqual({ code: 1, out: '' });
  expect(err).toMatch(/name: .*slug: /);
});

it('takes a credential from a pipe or the environment, asks the vendor, and never shows it', async () => {
  const piped = await start(['credentials', 'put', 'adjust', '--tenant', 'orbit'], {
    input: `${LIMITED_USER.token}\n`,
  });
  expect(piped.code).toBe(0);
  const refused = await run(['credentials', 'put', 'adjust', '--tenant', 'orbit'], { input: 'nobody-s-token' });
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('was not changed')]);
  const fromEnv = await run(['credentials', 'put', 'adjust', '--tenant', 'orbit', '--secret-env', 'TOKEN', '--json'], {
    env: { TOKEN: DEMO_USER.token },
  });
  expect(JSON.parse(fromEnv.out)).toMatchObject({ provider: 'adjust', fingerprint: expect.any(String) });
  const verified = await run(['credentials', 'verify', 'adjust', '--tenant', 'orbit']);
  expect([verified.code, verified.out]).toEqual([0, expect.stringMatching(/^valid +true$/m)]);
  const nothing = await run(['credentials', 'put', 'adjust', '--tenant', 'orbit']);
  expect([nothing.code, nothing.err]).toEqual([1, expect.stringContaining('No secret came')]);
  const listed = await run(['credentials', 'list', '--tenant', 'orbit']);
  for (const { out, err } of [piped, refused, fromEnv, listed]) {
    for (const secret of [LIMITED_USER.token, DEMO_USER.token, 'nobody-s-token'])
      expect(out + err).not.toContain(secret);
  }
});

it('re-encrypts under a new first key, and the old one is needed no more', async () => {
  const fresh = `fresh:${Buffer.alloc(32, 9).toString('base64')}`;
  const { code, out } = await run(['re-encrypt', '--json'], {
    env: { CREDENTIAL_KEYS: `${fresh},${CREDENTIAL_KEYS}` },
  });
  expect([code, JSON.parse(out)]).toEqual([0, { resealed: 1, failed: [] }]);
  const verified = await run(['credentials', 'verify', 'adjust', '--tenant', 'orbit'], {
    env: { CREDENTIAL_KEYS: fresh },
  });
  expect(verified.code).toBe(0);
  const back = await run(['re-encrypt'], { env: { CREDENTIAL_KEYS: `${CREDENTIAL_KEYS},${fresh}` } });
  expect(back.code).toBe(0);
});

describe('the audit', () => {
  interface Row {
    kind: string;
    seq?: string;
    action?: string;
    edge?: string;
  }

  it('is exported whole, by tenant and time', async () => {
    await gateway.app.get(Sealer).flush();
    const { code, out } = await run(['audit', 'export', '--tenant', 'orbit']);
    const rows = out
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Row);
    expect(code).toBe(0);
    expect(rows[0]!.kind).toBe('BATCH');
    expect(rows).toContainEqual(expect.objectContaining({ kind: 'INTENT', action: 'credential.put', edge: 'CLI' }));
    const before = await run(['audit', 'export', '--tenant', 'orbit', '--to', '2020-01-01']);
    expect([before.code, before.out]).toEqual([0, '']);
    expect((await run(['audit', 'export', '--tenant', 'orbit', '--to', '2026-02-30'])).code).toBe(1);
    expect((await run(['audit', 'export'])).code).toBe(1);
  });

  it('is verified: 0 when every chain holds, 1 when one is broken, and the row named', async () => {
    await gateway.app.get(Sealer).flush();
    const whole = await run(['audit', 'verify', '--json']);
    expect(whole.code).toBe(0);
    const reports = JSON.parse(whole.out) as { tenant: string; head: object | null; broken: null }[];
    expect(reports.map(({ tenant }) => tenant)).toEqual(expect.arrayContaining(['orbit', 'operator']));
    const heads = join(folder, 'heads.json');
    await writeFile(heads, whole.out);
    expect((await run(['audit', 'verify', '--tenant', 'orbit', '--heads', heads])).code).toBe(0);

    const [row] = await gateway.database.sql<{ seq: string }>(
      `UPDATE audit_rows SET key_name = 'somebody else' WHERE seq =
         (SELECT min(seq) FROM audit_rows WHERE chain = $1 AND batch IS NOT NULL) RETURNING seq::text`,
      [gateway.tenant.id],
    );
    const broken = await run(['audit', 'verify']);
    expect(broken.code).toBe(1);
    expect(broken.err).toContain(`row ${row!.seq} `);
    expect(broken.out).toMatch(/^operator .* holds$/m);
  });
});

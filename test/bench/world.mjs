// Everything that a measurement needs: a database that is up, the static upstream, the proxy, gateways, the load.
import { randomBytes } from 'node:crypto';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { CHANGING_APP, SIZES, SLOW_APP, vendorPath } from './answers.mjs';
import { start, stopAll } from './processes.mjs';

export const APP = '2eb2na2w54c3';
const here = (file) => new URL(file, import.meta.url).pathname;
const GATEWAY = 'dist/bundle/gateway.js';
const METRICS = ['installs', 'clicks', 'sessions'];

export async function openWorld() {
  const { openEmbeddedPostgres } = await import('../../dist/libs/database/src/index.js');
  const folder = await mkdtemp(join(tmpdir(), 'mmp-gateway-bench-'));
  // Postgres runs as another user when this runs as root.
  await chmod(folder, 0o755);
  const postgres = await openEmbeddedPostgres(folder);
  const upstream = await start(here('upstream.mjs'));
  const proxy = await start(here('proxy.mjs'), { UPSTREAM: upstream.url });
  const load = await start(here('load.mjs'));
  let shared;
  const world = {
    upstream,
    proxy,
    /** Runs a job of load.mjs. */
    run: jobsOf(load.child),
    /** How many questions the upstream was asked until now. */
    asked: async () => Number(await (await fetch(`${upstream.url}/count`)).text()),
    sql: (database, text, values) => query(withName(postgres.url, database), text, values),
    startProxy: (env) => start(here('proxy.mjs'), { UPSTREAM: upstream.url, ...env }),
    /** A file of this folder, as a process. */
    start: (file, env) => start(here(file), env),
    /** A gateway of the measurement's own, furnished. */
    startGateway: (database) => startGateway(postgres.url, upstream.url, database),
    /** A gateway as it starts, on a database that is furnished already. */
    launchGateway: (database, env) => start(GATEWAY, environment(postgres.url, upstream.url, database, env)),
    /** A database of its own, and what a gateway on it is told. */
    emptyDatabase: async (database, env) => {
      await createDatabase(postgres.url, database);
      return environment(postgres.url, upstream.url, database, { DATA_DIR: join(folder, database), ...env });
    },
    /** The gateway that measurements share. */
    gateway: () => (shared ??= startGateway(postgres.url, upstream.url, 'bench')),
    close: async () => {
      await stopAll();
      await postgres.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return world;
}

const SECRETS = {
  ADMIN_API_KEY: randomBytes(24).toString('hex'),
  CREDENTIAL_KEYS: `bench:${randomBytes(32).toString('base64')}`,
};

/** As `npm run start:prod` starts it. */
const environment = (postgresUrl, upstreamUrl, database, env) => ({
  MALLOC_ARENA_MAX: '1',
  ...{ PORT: '0', DATABASE_URL: withName(postgresUrl, database), ADJUST_BASE_URL: upstreamUrl },
  ...SECRETS,
  ...env,
});

/** A gateway on a database of that name, with a tenant, its credential, two apps and a key: made on first use. */
async function startGateway(postgresUrl, upstreamUrl, database) {
  await createDatabase(postgresUrl, database);
  const gateway = await start(GATEWAY, environment(postgresUrl, upstreamUrl, database));
  return { ...gateway, database, ...(await furnish(gateway.url)) };
}

async function createDatabase(postgresUrl, database) {
  const [known] = await query(postgresUrl, 'SELECT 1 FROM pg_database WHERE datname = $1', [database]);
  if (!known) await query(postgresUrl, `CREATE DATABASE ${database}`);
}

/** Asks the gateway at `url` as its operator does. */
export const adminOf = (url) => async (method, path, body) => {
  const response = await fetch(`${url}/v1/admin/tenants${path}`, {
    method,
    headers: { authorization: `Bearer ${SECRETS.ADMIN_API_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok && response.status !== 409) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
  return answer;
};

async function furnish(url) {
  const admin = adminOf(url);
  const slug = `bench-${randomBytes(4).toString('hex')}`;
  const tenant = await admin('POST', '', { slug, name: 'Orbit Games' });
  await admin('PUT', `/${slug}/credentials/adjust`, { secret: randomBytes(12).toString('hex') });
  const app = (name, adjustToken) => admin('POST', `/${slug}/apps`, { name, platform: 'IOS', adjustToken });
  const { id: appId } = await app('Orbit Runner', APP);
  const { id: slowAppId } = await app('Slow Runner', SLOW_APP);
  const { id: changingAppId } = await app('Changing Runner', CHANGING_APP);
  const { key } = await admin('POST', `/${slug}/api-keys`, { name: 'bench', scopes: ['kpis:read', 'cache:bypass'] });
  return { tenantId: tenant.id, appId, slowAppId, changingAppId, key };
}

/** Neither served from the cache nor joined to a read under way. */
export const FRESH = { 'cache-control': 'no-cache' };

export const proxied = (world, size, app = APP) => ({ url: world.proxy.url + vendorPath(size, app) });

/** The path of `GET /v1/kpis` for the question of `size`. */
export function restPath(appId, size, format = 'json') {
  const { from, to, groupBy } = SIZES[size];
  return `/v1/kpis?app=${appId}&from=${from}&to=${to}&metrics=${METRICS}&group_by=${groupBy}&format=${format}`;
}

export const rest = ({ url, key, appId }, size, { format, headers = FRESH, app = appId } = {}) => ({
  url: url + restPath(app, size, format),
  headers: { 'x-api-key': key, ...headers },
});

/** `as`: rows, or table. */
export function graphql({ url, key, appId }, size, { as = 'rows', headers = FRESH, app = appId } = {}) {
  const { from, to, groupBy } = SIZES[size];
  const upper = (names) => names.join(', ').toUpperCase();
  const fields = groupBy.map((name) => (name === 'day' ? 'time' : name)).join(' ');
  const selection = as === 'rows' ? `rows { ${fields} metrics { name value } }` : 'table { columns { name } rows }';
  const query = `query Kpis($input: KpiQueryInput!) { kpis(input: $input) { ${selection} } }`;
  const input = { from, to, metrics: METRICS.map((name) => name.toUpperCase()), appIds: [app] };
  return {
    url: `${url}/graphql`,
    method: 'POST',
    headers: { 'x-api-key': key, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables: { input: { ...input, groupBy: upper(groupBy).split(', ') } } }),
  };
}

function jobsOf(child) {
  const waiting = new Map();
  let last = 0;
  child.on('message', ({ id, result, error }) => {
    const { resolve, reject } = waiting.get(id);
    waiting.delete(id);
    if (error) reject(new Error(error));
    else resolve(result);
  });
  return (job, input) =>
    new Promise((resolve, reject) => {
      waiting.set(++last, { resolve, reject });
      child.send({ id: last, job, ...input });
    });
}

function withName(url, database) {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

async function query(url, text, values) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(text, values)).rows;
  } finally {
    await client.end();
  }
}

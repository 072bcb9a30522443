// The gateway on embedded Postgres, a stand-in for the vendors, a demo tenant of two apps, and a key to try it with.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import QRCode from 'qrcode';
import { build } from './build.mjs';
import { claim, leave } from './demo-folder.mjs';

const DAY = 86_400_000;
const dataDir = resolve(process.env.DATA_DIR ?? '.data');
const children = [];
let stopping = false;

/** Starts a part of the demo, and answers what `ready` makes of one of its lines. It ends with this process. */
function start(name, file, env, ready) {
  const child = spawn(process.execPath, [file], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  const log = createWriteStream(join(dataDir, `${name}.log`));
  children.push(child);
  return new Promise((resolveReady, reject) => {
    let words = '';
    let isReady = false;
    child.stderr.on('data', (text) => {
      words = (words + text).slice(-2000);
      log.write(text);
    });
    createInterface(child.stdout).on('line', (line) => {
      log.write(`${line}\n`);
      const answer = isReady ? undefined : ready(line);
      if (!answer) return;
      isReady = true;
      resolveReady(answer);
    });
    child.once('exit', (code) => {
      if (stopping) return;
      const why = `the ${name} ended with ${code ?? 'a signal'}; see ${join(dataDir, `${name}.log`)}\n${words}`;
      if (!isReady) return reject(new Error(why));
      process.stderr.write(`Stopping: ${why}`);
      void stop(1);
    });
  });
}

async function stop(code) {
  if (stopping) return;
  stopping = true;
  const ended = children.map(
    (child) => child.exitCode !== null || child.signalCode || new Promise((done) => child.once('exit', done)),
  );
  for (const child of children) child.kill('SIGTERM');
  await Promise.all(ended);
  await leave(dataDir);
  process.exit(code);
}

function json(line) {
  try {
    return JSON.parse(line);
  } catch {
    return {};
  }
}

/** PORT, or 3000, or a free one where that is taken. */
async function freePort() {
  if (process.env.PORT) return process.env.PORT;
  const free = await new Promise((answer) => {
    const probe = createServer();
    probe.once('error', () => answer(false)).listen(3000, '127.0.0.1', () => probe.close(() => answer(true)));
  });
  return free ? '3000' : '0';
}

async function call(method, url, key, body) {
  const response = await fetch(url, {
    method,
    headers: { Authorization: `Bearer ${key}`, ...(body ? { 'Content-Type': 'application/json' } : {}) },
    body: body && JSON.stringify(body),
  });
  const answer = await response.json().catch(() => undefined);
  if (!response.ok && response.status !== 409)
    throw new Error(`${method} ${new URL(url).pathname}: ${response.status} ${answer?.detail ?? ''}`);
  return answer;
}

/** What the vendors' stand-in knows: the demo tenant's apps by their names there, and its credentials. */
async function demoWorld() {
  const world = await import('../dist/apps/sandbox/src/index.js');
  const app = (adjust, kochava, platform) => ({
    name: adjust.name,
    platform,
    adjustToken: adjust.token,
    kochavaGuid: kochava.guid,
    kochavaAppId: String(kochava.id),
  });
  return {
    apps: [
      app(world.ORBIT_RUNNER_IOS, world.KOCHAVA_ORBIT_RUNNER_IOS, 'IOS'),
      app(world.ORBIT_RUNNER_ANDROID, world.KOCHAVA_ORBIT_RUNNER_ANDROID, 'ANDROID'),
    ],
    credentials: {
      adjust: world.DEMO_USER.token,
      // One token of a user opens both of Adjust's services.
      'adjust-reports': world.DEMO_USER.token,
      'kochava-postbacks': world.DEMO_POSTBACKS_KEY.key,
      'kochava-reporting': world.DEMO_REPORTING_KEY.key,
      'kochava-links': world.DEMO_LINKS_KEY.key,
    },
  };
}

async function prepareTenant(url, adminKey, world) {
  const admin = (method, path, body) => call(method, `${url}/v1/admin/tenants${path}`, adminKey, body);
  await admin('POST', '', { slug: 'demo', name: 'Orbit Games' });
  for (const app of world.apps) await admin('POST', '/demo/apps', app);
  for (const [provider, secret] of Object.entries(world.credentials))
    await admin('PUT', `/demo/credentials/${provider}`, { secret });
  await admin('PUT', '/demo/network-aliases', [
    { vendor: 'ADJUST', name: 'Google Ads ACI', canonical: 'Google Ads' },
    { vendor: 'KOCHAVA', name: 'Google AdWords', canonical: 'Google Ads' },
  ]);
  await endEarlierKeys(admin);
  const { key } = await admin('POST', '/demo/api-keys', {
    name: `demo ${new Date().toISOString().slice(0, 16)}`,
    scopes: [
      'apps:read',
      'apps:write',
      'kpis:read',
      'reports:read',
      'reports:write',
      'schedules:read',
      'schedules:write',
      'postbacks:read',
      'postbacks:write',
      'smartlinks:read',
      'smartlinks:write',
      'audit:read',
      'cache:bypass',
    ],
    expiresAt: new Date(Date.now() + 7 * DAY).toISOString(),
  });
  return key;
}

/** Those of earlier starts: whoever looks here holds the new one. */
async function endEarlierKeys(admin) {
  let after;
  do {
    const from = after ? `&after=${encodeURIComponent(after)}` : '';
    const { data, page } = await admin('GET', `/demo/api-keys?first=200${from}`);
    const earlier = data.filter(({ name, revokedAt }) => /^demo \d{4}-\d\d-\d\dT\d\d:\d\d$/.test(name) && !revokedAt);
    for (const { id } of earlier) await admin('DELETE', `/demo/api-keys/${id}`);
    after = page.hasNextPage && page.endCursor;
  } while (after);
}

function table(rows) {
  const names = Object.keys(rows[0] ?? {});
  const cells = [names, ...rows.map((row) => names.map((name) => String(row[name] ?? '')))];
  const widths = names.map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  return cells.map((line) => `  ${line.map((cell, column) => cell.padEnd(widths[column])).join('  ')}`).join('\n');
}

/** One line that is written over, where there is a terminal. */
const progress = (line) => process.stdout.isTTY && process.stdout.write(`\r${line.padEnd(70)}`);

/** Asks both vendors until Kochava's side is there too. */
async function comparison(url, key) {
  for (;;) {
    const answer = await call('GET', `${url}&wait_seconds=0`, key);
    const kochava = answer.sources.find(({ vendor }) => vendor === 'KOCHAVA');
    const failed = answer.sources.find(({ error }) => error);
    if (failed) throw new Error(`the comparison lacks ${failed.vendor}: ${failed.error.message}`);
    if (kochava.status !== 'PENDING') {
      step(process.stdout.isTTY ? '' : '  both have answered');
      return answer;
    }
    const made = kochava.reports.map(({ app, status, progress: part }) => `${app.name} ${part ?? 0} % ${status}`);
    progress(`  Kochava: ${made.join(' · ')}`);
    await sleep(500);
  }
}

/** Rows of a comparison as people read them. */
const compared = (rows) =>
  rows.map(({ network = 'all', adjust, kochava, delta_percent, within_tolerance }) => ({
    network,
    adjust: adjust ?? '–',
    kochava: kochava ?? '–',
    'delta %': delta_percent === null ? '–' : delta_percent.toFixed(2),
    within: within_tolerance === null ? '–' : within_tolerance ? 'yes' : 'no',
  }));

/** Asks for a report, follows it on one line, and answers its first rows. */
async function report(url, key, input) {
  let asked = await call('POST', `${url}/v1/reports`, key, input);
  const { id } = asked;
  for (;;) {
    const line = `  report ${id}: ${asked.status}${asked.progress === null ? '' : ` ${asked.progress} %`}`;
    progress(line);
    if (asked.status === 'COMPLETED') break;
    if (asked.status === 'FAILED') throw new Error(`the report failed: ${asked.failure.message}`);
    await sleep(500);
    asked = await call('GET', `${url}/v1/reports/${id}`, key);
  }
  step(process.stdout.isTTY ? '' : `  report ${id}: ${asked.status}`);
  const { data } = await call('GET', `${url}/v1/reports/${id}/rows?first=5`, key);
  if (!data.length) throw new Error('the report has no rows');
  const rows = data.map(({ date_adjusted, network_name, installs, clicks }) => ({
    date: date_adjusted.slice(0, 10),
    network: network_name,
    installs,
    clicks,
  }));
  return { asked, rows };
}

const bold = (text) => (process.stdout.isTTY ? `\x1b[1m${text}\x1b[0m` : text);
const step = (text) => process.stdout.write(`${text}\n`);

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void stop(0));

try {
  await mkdir(dataDir, { recursive: true });
  await claim(dataDir);
  step('Building …');
  await build({ ifNeeded: true });
  step('Starting the vendors’ stand-in and the gateway on embedded Postgres …');
  const sandbox = await start(
    'sandbox',
    'dist/apps/sandbox/src/main.js',
    { SANDBOX_PORT: '0' },
    (line) => json(line).url,
  );
  const adminKey = process.env.ADMIN_API_KEY ?? randomBytes(24).toString('hex');
  const url = await start(
    'gateway',
    'dist/bundle/gateway.js',
    {
      MALLOC_ARENA_MAX: '1',
      PORT: await freePort(),
      DATA_DIR: dataDir,
      DATABASE_URL: '',
      ADMIN_API_KEY: adminKey,
      ADJUST_BASE_URL: sandbox,
      ADJUST_REPORTS_BASE_URL: sandbox,
      KOCHAVA_REPORTING_BASE_URL: sandbox,
      KOCHAVA_BASE_URL: sandbox,
      KOCHAVA_LINKS_BASE_URL: sandbox,
    },
    (line) => json(line).msg === 'listening' && json(line).url,
  );
  const key = await prepareTenant(url, adminKey, await demoWorld());

  const day = (back) => new Date(Date.now() - back * DAY).toISOString().slice(0, 10);
  const query = `{ kpis(input: { from: "${day(7)}", to: "${day(1)}", metrics: [INSTALLS, CLICKS, REVENUE], groupBy: [APP, DAY] }) {
    rows { vendor app { name } time currency metrics { name value } }
    sources { vendor status fetchedAt warnings } } }`;
  const path = `/v1/kpis?from=${day(7)}&to=${day(1)}&metrics=installs,clicks,revenue&group_by=app,network`;
  const answered = await call('POST', `${url}/graphql`, key, { query });
  const { rows } = await call('GET', url + path, key);
  if (!answered.data?.kpis?.rows.length || !rows.length)
    throw new Error(`the gateway answered without rows: ${JSON.stringify(answered.errors)}`);

  step('Asking Adjust and Kochava how many installs each counts …');
  const comparisonPath = `/v1/kpis/comparison?from=${day(7)}&to=${day(1)}&metrics=installs&group_by=network&tolerance_percent=3`;
  const both = await comparison(url + comparisonPath, key);
  const comparisonQuery = `{ kpiComparison(input: { from: "${day(7)}", to: "${day(1)}", metrics: [INSTALLS, CLICK_CONVERSION_RATE], groupBy: [APP, NETWORK], tolerancePercent: 3 }) {
    rows { metric app { name } network adjust kochava deltaPercent withinTolerance }
    sources { vendor status warnings reports { status progress } } } }`;

  step('Asking Kochava for a report …');
  const { data: all } = await call('GET', `${url}/v1/apps?first=100`, key);
  // A sync may have brought apps of one vendor alone.
  const apps = all.filter((app) => app.adjust && app.kochava);
  const { asked, rows: reported } = await report(url, key, {
    appId: apps[0].id,
    spec: { summary: { traffic: ['INSTALL', 'CLICK'], grouping: ['network'] } },
    start: `${day(7)}T00:00:00Z`,
    end: `${day(0)}T00:00:00Z`,
  });

  const schedule = {
    appId: apps[0].id,
    spec: { kpi: { metrics: ['INSTALLS'], groupBy: ['NETWORK'] } },
    cadence: { frequency: 'DAILY', runOn: 6 },
  };

  const { data: links } = await call('GET', `${url}/v1/smart-links?first=1`, key);
  const [link] = links;
  const code = await QRCode.toString(link.clickUrl, { type: process.stdout.isTTY ? 'terminal' : 'utf8', small: true });

  const firstOf = (vendor) => rows.filter((row) => row.vendor === vendor).slice(0, 3);
  const shown = [...firstOf('ADJUST'), ...firstOf('KOCHAVA')].map(
    ({ vendor, app_name, network, currency, installs, clicks, revenue }) => ({
      vendor,
      app_name,
      network,
      currency,
      installs,
      clicks,
      revenue,
    }),
  );
  step(`
${bold('mmp-gateway is up')}

  URL        ${url}
  key        ${key}
  operator   ${adminKey}

${bold('GraphQL')}: paste the key and this query at ${url}/graphql

  ${query.replaceAll('\n', '\n  ')}

  A question that nobody has asked before takes some seconds: Kochava makes a report for it, and so does its stand-in.

${bold('REST')}: the same, by network, as CSV

  curl -H 'X-API-Key: ${key}' '${url}${path}&format=csv'

${table(shown)}
  … ${rows.length} rows; the GraphQL query answers ${answered.data.kpis.rows.length}

${bold('Comparison')}: installs by network of the last week at both vendors, within 3 %

${table(compared([...both.rows, ...both.totals]))}

  The same by app, with the rate of clicks that become installs, to paste at ${url}/graphql

  ${comparisonQuery.replaceAll('\n', '\n  ')}

  or as CSV

  curl -H 'X-API-Key: ${key}' '${url}${comparisonPath}&format=csv'

${bold('Reports')}: Kochava's installs and clicks of ${apps[0].name}, by network and day

  curl -H 'X-API-Key: ${key}' '${url}/v1/reports/${asked.id}/rows?format=csv'

${table(reported)}

${bold('Schedules')}: both vendors' installs of the day before, by network, as a report each morning at six

  curl -H 'X-API-Key: ${key}' -H 'Content-Type: application/json' -d '${JSON.stringify(schedule)}' '${url}/v1/schedules'

${bold('Drop-in')}: Adjust's own KPI Service; a script written for it needs this base URL and this key, and nothing else

  curl '${url}/vendor/adjust/kpis/v1/${apps[0].adjust.token}.csv?start_date=${day(7)}&end_date=${day(1)}&kpis=installs,sessions&grouping=days&user_token=${key}'

${bold('SmartLinks')}: ${link.name}, for ${link.routesByApp.map(({ platform }) => platform).join(', ')}: ${link.clickUrl}

  curl -o qr.png -H 'X-API-Key: ${key}' '${url}/v1/smart-links/${link.id}/qr?size=512'

${code.replace(/^/gm, '  ')}
${bold('Look around')}: ${url}/docs (REST) · ${url}/health/ready · ${url}/metrics · logs in ${dataDir}
Ctrl-C stops everything. The key is good for 7 days; the next start makes another.`);
} catch (error) {
  if (!stopping) process.stderr.write(`The demo could not start: ${error.message}\n`);
  await stop(1);
}

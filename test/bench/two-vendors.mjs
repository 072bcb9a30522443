// A tenant whose apps are known to both vendors, or to Kochava alone, and what it asks for at the gateway's REST door.
import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { adminOf } from './world.mjs';

/** `apps`: by name, what the vendors call them. Answers their ids by name, and a client with a key for all of them. */
export async function furnishTenant(url, apps) {
  const admin = adminOf(url);
  const slug = `bench-${randomBytes(4).toString('hex')}`;
  await admin('POST', '', { slug, name: 'Orbit Games' });
  for (const provider of ['adjust', 'kochava-reporting']) {
    await admin('PUT', `/${slug}/credentials/${provider}`, { secret: randomBytes(12).toString('hex') });
  }
  const ids = {};
  for (const [name, tokens] of Object.entries(apps)) {
    ids[name] = (await admin('POST', `/${slug}/apps`, { name, platform: 'IOS', ...tokens })).id;
  }
  const scopes = ['kpis:read', 'reports:read', 'reports:write', 'cache:bypass'];
  const { key } = await admin('POST', `/${slug}/api-keys`, { name: 'bench', scopes });
  const headers = { 'x-api-key': key };
  async function ask(method, path, body) {
    const json = body && { 'content-type': 'application/json' };
    const response = await fetch(url + path, { method, headers: { ...headers, ...json }, body: JSON.stringify(body) });
    const answer = await response.json();
    if (!response.ok) throw new Error(`${method} ${path}: ${JSON.stringify(answer)}`);
    return answer;
  }
  return { ids, headers, ask };
}

export const detailOf = (appId, day = 0) => ({
  appId,
  spec: { detail: { traffic: ['INSTALL'] } },
  start: new Date(Date.UTC(2023, 0, 1 + day)).toISOString(),
  end: new Date(Date.UTC(2023, 0, 2 + day)).toISOString(),
});

/** Asks for a report and waits until its file is there; its id. */
export async function madeReport({ ask }, body) {
  let report = await ask('POST', '/v1/reports', body);
  for (const deadline = Date.now() + 60_000; report.status !== 'COMPLETED'; await sleep(200)) {
    if (report.failure || Date.now() > deadline) throw new Error(`Report ${report.status}: ${report.statusDetail}`);
    report = await ask('GET', `/v1/reports/${report.id}`);
  }
  return report.id;
}

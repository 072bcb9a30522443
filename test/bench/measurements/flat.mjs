import { vendorPath } from '../answers.mjs';
import { proxied, rest, restPath } from '../world.mjs';
import { inRounds, progress, rateOf, warm } from '../rounds.mjs';

export const about = 'keys and apps';

const SIZES = [10, 1000, 100_000];
/** Keys that are in use at the same time. */
const BUSY = 1000;

/**
 * Each size has a database and a gateway of its own; each key is confined to one app. REST JSON, from the upstream. More
 * questions are more for upstream and machine to remember, too: the proxy is asked as many, and what it loses is left out.
 */
export async function measure(world, { rounds, seconds }) {
  const tasks = {};
  const stops = [];
  for (const size of SIZES) {
    progress(`flat: ${size} keys and apps`);
    const gateway = await world.startGateway(`flat_${size}`);
    stops.push(gateway.stop);
    const all = await insertKeys(world, gateway, size);
    const busy = all.filter((_, index) => index % Math.max(1, size / BUSY) === 0);
    for (const [name, choices] of [[`${size}`, busy], ...(size > BUSY ? [[`${size} all`, all]] : [])]) {
      const target = rest(gateway, 'small');
      // What is learned of a question is learned in its first answers: each busy key has had some.
      await warm(
        world,
        `flat, ${name}`,
        [target],
        20 * Math.max(200, Math.min(choices.length, BUSY)),
        32,
        choices.slice(0, BUSY),
      );
      tasks[name] = rateOf(world, target, { connections: 32, seconds, choices });
      const asked = choices.map(({ vendor }) => ({ path: vendor }));
      tasks[`proxy ${name}`] = rateOf(world, proxied(world, 'small'), { connections: 32, seconds, choices: asked });
    }
  }
  const result = await inRounds('flat', rounds, '10', tasks);
  await Promise.all(stops.map((stop) => stop()));
  const row = (name, work) => ({
    work: `${work}, of the proxy’s rate, in times that at 10`,
    ...{ ours: result[name].value, proxy: result[`proxy ${name}`].value, unit: '/s' },
    ratio: result[name].ratio / (result[`proxy ${name}`].ratio / result['proxy 10'].ratio),
    target: { atLeast: 0.9 },
  });
  return [
    row('1000', '1,000 keys and apps'),
    row('100000', `100,000 keys and apps, ${BUSY} of them busy`),
    row('100000 all', '100,000 keys and apps, all of them busy'),
  ];
}

async function insertKeys(world, { tenantId, database }, size) {
  const { apiKeyPrefix, hashApiKey, newApiKey } = await import('../../../dist/libs/tenancy/src/api-key-format.js');
  const apps = await world.sql(
    database,
    `INSERT INTO apps (id, tenant_id, name, platform, adjust_token)
     SELECT gen_random_uuid(), $1, 'App ' || n, 'IOS', 'app' || lpad(n::text, 9, '0') FROM generate_series(1, $2::int) n
     RETURNING id, adjust_token`,
    [tenantId, size],
  );
  const keys = apps.map(newApiKey);
  await world.sql(
    database,
    `INSERT INTO api_keys (id, tenant_id, name, prefix, hash, scopes, every_app, app_ids)
     SELECT gen_random_uuid(), $1, 'bench', prefix, hash, '{kpis:read,cache:bypass}', false, ARRAY[app]
     FROM unnest($2::text[], $3::bytea[], $4::uuid[]) AS made (prefix, hash, app)`,
    [tenantId, keys.map(apiKeyPrefix), keys.map(hashApiKey), apps.map(({ id }) => id)],
  );
  await world.sql(database, 'ANALYZE');
  return apps.map(({ id, adjust_token }, index) => ({
    ...{ key: keys[index], path: restPath(id, 'small') },
    vendor: vendorPath('small', adjust_token),
  }));
}

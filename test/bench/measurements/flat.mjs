import { vendorPath } from '../answers.mjs';
import { proxied, rest, restPath } from '../world.mjs';
import { inRounds, progress, rateOf, warm } from '../rounds.mjs';

export const about = 'keys and apps';

const SIZES = [10, 1000, 100_000];
/** Keys that are in use at the same time. */
const FEW = 10;
const MANY = 1000;

/**
 * Each size has a database and a gateway of its own; each key is confined to one app. REST JSON, from the upstream. However
 * many keys and apps there are, a request costs the same. Where more of them are in use, more is to be remembered, by
 * upstream and machine as well: the proxy is asked as many questions, and what it loses is left out. A key's first request
 * is found out about, and costs what that costs; these last are held against what they were, not against a promise.
 */
export async function measure(world, { rounds, seconds }) {
  const tasks = {};
  const stops = [];
  for (const size of SIZES) {
    progress(`flat: ${size} keys and apps`);
    const gateway = await world.startGateway(`flat_${size}`);
    stops.push(gateway.stop);
    const all = await insertKeys(world, gateway, size);
    for (const busy of [FEW, MANY, size].filter((one, index, list) => one <= size && list.indexOf(one) === index)) {
      const name = `${size}, ${busy}`;
      const choices = all.filter((_, index) => index % (size / busy) === 0);
      const target = rest(gateway, 'small');
      // What is learned of a question is learned in its first answers: each busy key has had some.
      const warmed = choices.slice(0, MANY);
      await warm(world, `flat, ${name}`, [target], 20 * Math.max(200, warmed.length), 32, warmed);
      tasks[name] = rateOf(world, target, { connections: 32, seconds, choices });
      const asked = choices.map(({ vendor }) => ({ path: vendor }));
      tasks[`proxy ${name}`] = rateOf(world, proxied(world, 'small'), { connections: 32, seconds, choices: asked });
    }
  }
  const base = `${FEW}, ${FEW}`;
  const result = await inRounds('flat', rounds, base, tasks);
  await Promise.all(stops.map((stop) => stop()));
  const row = (size, busy, atLeast) => {
    const name = `${size}, ${busy}`;
    const count = (number) => number.toLocaleString('en');
    return {
      work: `${count(size)} keys and apps, ${count(busy)} busy: of the proxy’s rate, in times that at ${FEW}`,
      ...{ ours: result[name].value, proxy: result[`proxy ${name}`].value, unit: '/s' },
      ratio: result[name].ratio / (result[`proxy ${name}`].ratio / result[`proxy ${base}`].ratio),
      target: { atLeast },
    };
  };
  return [
    row(1000, FEW, 0.9),
    row(100_000, FEW, 0.9),
    row(1000, MANY, 0.65),
    row(100_000, MANY, 0.65),
    row(100_000, 100_000, 0.2),
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

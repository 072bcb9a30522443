import { CHANGING_APP } from '../answers.mjs';
import { graphql, proxied, rest } from '../world.mjs';
import { inRounds, rateOf, warm } from '../rounds.mjs';

export const about = 'not cached, other numbers in each answer, 32 connections';

const WORKS = [
  ['small', 'GraphQL rows', (gateway, app) => graphql(gateway, 'small', { app }), 0.3],
  ['small', 'REST JSON', (gateway, app) => rest(gateway, 'small', { app }), 0.45],
  ['medium', 'GraphQL rows', (gateway, app) => graphql(gateway, 'medium', { app }), 0.06],
  ['medium', 'GraphQL table', (gateway, app) => graphql(gateway, 'medium', { app, as: 'table' }), 0.15],
  ['medium', 'REST NDJSON', (gateway, app) => rest(gateway, 'medium', { app, format: 'ndjson' }), 0.2],
  ['medium', 'REST CSV', (gateway, app) => rest(gateway, 'medium', { app, format: 'csv' }), 0.2],
];
const BYTES = { small: ['1.3 KB', 6000], medium: ['50 KB', 600] };

/** What a vendor's answer costs that is not the last one again. */
export async function measure(world, { rounds, seconds }) {
  const gateway = await world.gateway();
  const rows = [];
  for (const size of ['small', 'medium']) {
    const works = WORKS.filter(([of]) => of === size);
    const targets = {
      proxy: proxied(world, size, CHANGING_APP),
      ...Object.fromEntries(works.map(([, name, target]) => [name, target(gateway, gateway.changingAppId)])),
    };
    const [bytes, requests] = BYTES[size];
    await warm(world, `changing, ${bytes}`, Object.values(targets), requests, 32);
    const tasks = Object.fromEntries(
      Object.entries(targets).map(([name, target]) => [name, rateOf(world, target, { connections: 32, seconds })]),
    );
    const result = await inRounds(`changing, ${bytes}`, rounds, 'proxy', tasks);
    for (const [, name, , target] of works) {
      rows.push({
        work: `${bytes}, ${about}: ${name}`,
        ...{ ours: result[name].value, proxy: result.proxy.value, unit: '/s', ratio: result[name].ratio },
        target: { atLeast: target },
      });
    }
  }
  return rows;
}

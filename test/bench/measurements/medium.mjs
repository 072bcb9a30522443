import { graphql, proxied, rest } from '../world.mjs';
import { inRounds, rateOf, warm } from '../rounds.mjs';

export const about = '50 KB, not cached, 32 connections';

const TARGETS = {
  rows: ['GraphQL rows', 0.06],
  table: ['GraphQL table', 0.15],
  ndjson: ['REST NDJSON', 0.2],
  csv: ['REST CSV', 0.2],
};

export async function measure(world, { rounds, seconds }) {
  const gateway = await world.gateway();
  const targets = {
    proxy: proxied(world, 'medium'),
    rows: graphql(gateway, 'medium'),
    table: graphql(gateway, 'medium', { as: 'table' }),
    ndjson: rest(gateway, 'medium', { format: 'ndjson' }),
    csv: rest(gateway, 'medium', { format: 'csv' }),
  };
  await warm(world, 'medium', Object.values(targets), 600, 32);
  const tasks = Object.fromEntries(
    Object.entries(targets).map(([name, target]) => [name, rateOf(world, target, { connections: 32, seconds })]),
  );
  const result = await inRounds('medium', rounds, 'proxy', tasks);
  return Object.entries(TARGETS).map(([name, [work, target]]) => ({
    work: `${about}: ${work}`,
    ...{ ours: result[name].value, proxy: result.proxy.value, unit: '/s', ratio: result[name].ratio },
    target: { atLeast: target },
  }));
}

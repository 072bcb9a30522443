import { FRESH, graphql, proxied, rest } from '../world.mjs';
import { inRounds, rateOf, warm } from '../rounds.mjs';

export const about = '1.3 KB, not cached, 32 connections';

export async function measure(world, { rounds, seconds }) {
  const gateway = await world.gateway();
  const targets = {
    proxy: proxied(world, 'small'),
    graphql: graphql(gateway, 'small', { headers: FRESH }),
    rest: rest(gateway, 'small'),
  };
  await warm(world, 'small', Object.values(targets), 6000, 32);
  const tasks = Object.fromEntries(
    Object.entries(targets).map(([name, target]) => [name, rateOf(world, target, { connections: 32, seconds })]),
  );
  const result = await inRounds('small', rounds, 'proxy', tasks);
  const row = (name, work, target) => ({
    work: `${about}: ${work}`,
    ...{ ours: result[name].value, proxy: result.proxy.value, unit: '/s', ratio: result[name].ratio },
    target: { atLeast: target },
  });
  return [row('graphql', 'GraphQL rows', 0.3), row('rest', 'REST JSON', 0.45)];
}

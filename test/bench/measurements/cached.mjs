import { graphql, proxied, rest } from '../world.mjs';
import { inRounds, rateOf, warm } from '../rounds.mjs';

export const about = 'the same question again, from the cache, 100 connections';

export async function measure(world, { rounds, seconds }) {
  const gateway = await world.gateway();
  const targets = {
    proxy: proxied(world, 'small'),
    graphql: graphql(gateway, 'small', { headers: {} }),
    rest: rest(gateway, 'small', { headers: {} }),
  };
  await warm(world, 'cached', Object.values(targets), 6000, 100);
  const before = await world.asked();
  await world.run('atOnce', { target: targets.rest, times: 10 });
  await world.run('atOnce', { target: targets.graphql, times: 10 });
  if ((await world.asked()) !== before)
    throw new Error('The upstream was asked: these answers are not from the cache.');
  const tasks = Object.fromEntries(
    Object.entries(targets).map(([name, target]) => [name, rateOf(world, target, { connections: 100, seconds })]),
  );
  const result = await inRounds('cached', rounds, 'proxy', tasks);
  return [
    ['graphql', 'GraphQL'],
    ['rest', 'REST JSON'],
  ].map(([name, work]) => ({
    work: `${about}: ${work}`,
    ...{ ours: result[name].value, proxy: result.proxy.value, unit: '/s', ratio: result[name].ratio },
    target: { atLeast: 1 },
  }));
}

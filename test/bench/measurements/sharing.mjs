import { graphql, rest } from '../world.mjs';
import { progress } from '../rounds.mjs';

export const about = '100 identical questions at once';

/** Of an app that the upstream answers about after a while, so that all of them are there before its answer. */
export async function measure(world) {
  const rows = [];
  for (const [work, ask] of [
    ['GraphQL', graphql],
    ['REST JSON', rest],
    ['REST CSV', (gateway, size, options) => rest(gateway, size, { ...options, format: 'csv' })],
  ]) {
    progress(`sharing: ${work}`);
    // Whose cache is empty.
    const gateway = await world.startGateway('bench');
    const target = ask(gateway, 'small', { headers: {}, app: gateway.slowAppId });
    const before = await world.asked();
    await world.run('atOnce', { target, times: 100 });
    const calls = (await world.asked()) - before;
    await gateway.stop();
    rows.push({ work: `${about}: ${work}`, ours: calls, unit: 'upstream calls', ratio: calls, target: { atMost: 1 } });
  }
  return rows;
}

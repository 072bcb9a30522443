import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { vendorPath } from '../answers.mjs';
import { memoryOf } from '../processes.mjs';
import { inRounds, median } from '../rounds.mjs';
import { APP, rest } from '../world.mjs';

export const about = 'start and idle memory';

/** Long enough for what a start leaves behind to be collected. */
const IDLE_MS = 2000;

export async function measure(world, { rounds }) {
  // Its tables are there, and its key is known, before a start is measured.
  const { key, appId } = await world.gateway();
  const idle = { proxy: [], gateway: [] };
  const started = (name, launch, target) => async () => {
    const port = await freePort();
    const begun = performance.now();
    const launched = launch({ PORT: String(port) });
    await firstAnswer(target(`http://127.0.0.1:${port}`));
    const taken = performance.now() - begun;
    const child = await launched;
    await sleep(IDLE_MS);
    const memory = memoryOf(child.pid);
    if (memory) idle[name].push(memory.now);
    await child.stop();
    return taken;
  };
  const result = await inRounds('start', rounds, 'proxy', {
    proxy: started('proxy', world.startProxy, (url) => ({ url: url + vendorPath('small', APP) })),
    gateway: started(
      'gateway',
      (env) => world.launchGateway('bench', env),
      (url) => rest({ url, key, appId }, 'small'),
    ),
  });
  const { gateway, proxy } = result;
  const rows = [
    {
      work: 'start to the first KPI answer, database up',
      ...{ ours: gateway.value, proxy: proxy.value, unit: 'ms', ratio: gateway.ratio },
      target: { atMost: 1500, of: 'ours' },
    },
  ];
  if (idle.gateway.length > 0) {
    const [ours, theirs] = [median(idle.gateway), median(idle.proxy)];
    rows.push({
      work: 'idle memory after the first answer',
      ...{ ours, proxy: theirs, unit: 'MB', ratio: ours / theirs, target: { atMost: 170, of: 'ours' } },
    });
  }
  return rows;
}

/** Asks until there is an answer; every other one than 200 is an error. */
async function firstAnswer({ url, headers }) {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline; await sleep(5)) {
    const response = await fetch(url, { headers }).catch(() => undefined);
    if (!response) continue;
    await response.arrayBuffer();
    if (response.status === 200) return;
    if (response.status !== 503) throw new Error(`The first answer of ${url} was ${response.status}.`);
  }
  throw new Error(`${url} did not answer within a minute.`);
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

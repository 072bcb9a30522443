// The gateway with a clock that is pushed: whoever follows ten minutes does not wait for them. Only its alarm clock, pg-boss,
// is another one, which wakes everybody in their order as fast as they are done. Messages: {now} sets the clock; {follow: URL}
// does every job there is, tells the stand-in at that URL the time before each, and answers when the last was done.
import { mock } from 'node:test';
import { JobQueue } from '../../dist/apps/gateway/src/jobs/job-queue.js';
import { startGateway } from '../../dist/apps/gateway/src/start-gateway.js';

const AT_ONCE = 20;
const kinds = new Map();
/** Ids to wake, by the instant and the kind of job. */
const alarms = new Map();

Object.assign(JobQueue.prototype, {
  register: (kind) => void kinds.set(kind.name, kind),
  onApplicationBootstrap: () => undefined,
  async wake(kind, id, at) {
    const name = `${at.getTime()} ${kind}`;
    if (!alarms.has(name)) alarms.set(name, []);
    alarms.get(name).push(id);
  },
});

async function follow(standIn) {
  let now;
  while (alarms.size > 0) {
    const next = [...alarms.keys()].reduce((one, other) => (parseInt(other) < parseInt(one) ? other : one));
    const ids = alarms.get(next);
    alarms.delete(next);
    const [instant, kind] = next.split(' ');
    now = Number(instant);
    mock.timers.setTime(now);
    await fetch(`${standIn}/clock`, { method: 'POST', body: JSON.stringify({ now }) });
    const worker = async () => {
      for (let id = ids.pop(); id !== undefined; id = ids.pop()) await kinds.get(kind).work(id);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, worker));
  }
  return now;
}

process.on('message', async ({ now, follow: standIn }) => {
  try {
    if (now) mock.timers.enable({ apis: ['Date'], now });
    process.send({ done: now ?? (await follow(standIn)) });
  } catch (error) {
    process.send({ error: error.stack });
  }
});
await startGateway(process.env);

import { callTo, closeAll, failureOf, rig, until, vendor } from '../test/loopback.js';
import { Lanes } from './lane.js';

afterEach(closeAll);

const once = { safeToRepeat: false };
const breaker = { failures: 3, halfOpenAfterMs: 400 };
const other = { ...once, credential: { ...callTo('').credential, id: 'tenant-2' } };

/** A vendor that answers as told. */
async function moody() {
  const mood = { status: 503, body: '' };
  const server = await vendor((_, response) => void response.writeHead(mood.status).end(mood.body));
  return { ...server, mood };
}

async function failTimes(times: number, send: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < times; i++) await failureOf(send());
}

describe('the breaker', () => {
  it('opens for one credential after several failures in a row, and says when to come back', async () => {
    const { baseUrl, requests } = await moody();
    const { http, attempts } = rig({ breaker: { failures: 3, halfOpenAfterMs: 30_000 } });
    await failTimes(3, () => http.send(callTo(baseUrl, once)));
    const error = await failureOf(http.send(callTo(baseUrl)));
    expect(error).toMatchObject({ failure: 'breaker-open', kind: 'no-answer', sent: false });
    expect(error.retryAfterSeconds).toBeGreaterThan(0);
    expect(requests).toHaveLength(3);
    expect(attempts.at(-1)).toMatchObject({ outcome: 'breaker-open', retryReason: 'not-retryable' });

    expect((await failureOf(http.send(callTo(baseUrl, other)))).failure).toBe('unavailable');
  });

  it('lets one probe through after a while, and closes if that succeeds', async () => {
    const { baseUrl, mood, requests } = await moody();
    const { http } = rig({ breaker });
    await failTimes(3, () => http.send(callTo(baseUrl, once)));
    mood.status = 200;
    await new Promise((resolve) => setTimeout(resolve, 450));
    const both = await Promise.allSettled([http.send(callTo(baseUrl, once)), http.send(callTo(baseUrl, once))]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    await http.send(callTo(baseUrl, once));
    expect(requests).toHaveLength(5);
  });

  it('opens again when the probe fails, and when it is cancelled', async () => {
    const { baseUrl, requests } = await vendor((_, response, number) => {
      if (number <= 4) response.writeHead(503).end();
    });
    const { http } = rig({ breaker });
    await failTimes(3, () => http.send(callTo(baseUrl, once)));
    await new Promise((resolve) => setTimeout(resolve, 450));
    await failTimes(1, () => http.send(callTo(baseUrl, once)));
    expect((await failureOf(http.send(callTo(baseUrl, once)))).failure).toBe('breaker-open');
    await new Promise((resolve) => setTimeout(resolve, 450));
    const gone = new AbortController();
    const probing = failureOf(http.send(callTo(baseUrl, { ...once, signal: gone.signal })));
    await until(() => requests.length === 5);
    gone.abort();
    expect((await probing).failure).toBe('cancelled');
    expect((await failureOf(http.send(callTo(baseUrl, once)))).failure).toBe('breaker-open');
  });

  it('is tripped by a refusal inside a 200 that means trouble, and by no other refusal', async () => {
    const { baseUrl } = await vendor((_, response) => response.end('{"error":"internal"}'));
    const { http } = rig({ breaker });
    const refused = (trouble: boolean) =>
      http.send(callTo(baseUrl, { ...once, refusal: () => ({ failure: 'rejected', message: 'internal', trouble }) }));
    await failTimes(6, () => refused(false));
    await failTimes(3, () => refused(true));
    expect((await failureOf(refused(true))).failure).toBe('breaker-open');
  });

  it('is not opened by single failures between successes, nor by callers that go away', async () => {
    const { baseUrl, mood } = await moody();
    const { http } = rig({ breaker });
    for (let i = 0; i < 4; i++) {
      mood.status = 429;
      await failTimes(2, () => http.send(callTo(baseUrl, once)));
      mood.status = 200;
      await http.send(callTo(baseUrl, once));
    }
    for (let i = 0; i < 4; i++) await failureOf(http.send(callTo(baseUrl, { signal: AbortSignal.abort() })));
    await http.send(callTo(baseUrl, once));
  });

  it('gives the failure that made a retry necessary when it opens before that retry', async () => {
    const { baseUrl } = await moody();
    const { http } = rig({ breaker: { failures: 2, halfOpenAfterMs: 30_000 } });
    expect((await failureOf(http.send(callTo(baseUrl)))).failure).toBe('unavailable');
  });
});

describe('the bound on concurrent calls', () => {
  it('holds for one credential until the bodies are read', async () => {
    let underWay = 0;
    let most = 0;
    const { baseUrl } = await vendor((_, response) => {
      most = Math.max(most, ++underWay);
      response.write('a');
      setTimeout(() => {
        underWay--;
        response.end('b');
      }, 10);
    });
    const { http } = rig();
    const answers = Array.from({ length: 20 }, () => http.send(callTo(baseUrl, { maxConcurrent: 3 })));
    await Promise.all(answers);
    expect(most).toBe(3);
  });

  it('lets a waiting call go when its deadline passes or its caller leaves, and another credential pass', async () => {
    const { baseUrl, requests } = await vendor((request, response) => {
      if (request.url !== '/slow') response.end('quick');
    });
    const { http } = rig();
    const stop = new AbortController();
    const slow = failureOf(http.send(callTo(baseUrl, { path: '/slow', maxConcurrent: 1, signal: stop.signal })));
    await until(() => requests.length === 1);

    const late = await failureOf(http.send(callTo(baseUrl, { maxConcurrent: 1, deadlineMs: 30 })));
    expect(late).toMatchObject({ failure: 'overloaded', sent: false });
    const turn = await failureOf(http.send(callTo(baseUrl, { maxConcurrent: 1, turnMs: 30, deadlineMs: 600_000 })));
    expect(turn).toMatchObject({ failure: 'overloaded', sent: false });
    const gone = new AbortController();
    const leaving = failureOf(http.send(callTo(baseUrl, { maxConcurrent: 1, signal: gone.signal })));
    gone.abort();
    expect(await leaving).toMatchObject({ failure: 'cancelled', sent: false });
    expect((await http.send(callTo(baseUrl, { ...other, maxConcurrent: 1 }))).body.toString()).toBe('quick');

    const waiting = http.send(callTo(baseUrl, { maxConcurrent: 1 }));
    stop.abort();
    expect((await slow).failure).toBe('cancelled');
    expect((await waiting).body.toString()).toBe('quick');
  });
});

describe('Lanes', () => {
  it('keeps one lane for each vendor and credential', () => {
    const lanes = new Lanes(breaker);
    const lane = lanes.for('v', '1');
    expect(lanes.for('v', '1')).toBe(lane);
    expect(lanes.for('w', '1')).not.toBe(lane);
    expect(lanes.for('v', '2')).not.toBe(lane);
  });

  it('lets go of what is neither in use nor lately used', () => {
    const lanes = new Lanes(breaker, 3);
    const [busy, idle] = [lanes.for('v', 'busy'), lanes.for('v', 'idle')];
    busy.tryEnter(1);
    for (let i = 0; i < 50; i++) lanes.for('v', `passing ${i}`);
    expect(lanes.size).toBe(3);
    expect(lanes.for('v', 'busy')).toBe(busy);
    expect(lanes.for('v', 'idle')).not.toBe(idle);
  });

  it('holds more than its bound rather than letting go of a lane in use', () => {
    const lanes = new Lanes(breaker, 2);
    const enter = (id: string) => {
      const lane = lanes.for('v', id);
      lane.tryEnter(1);
      return lane;
    };
    const busy = ['1', '2', '3'].map(enter);
    expect(['1', '2', '3'].map((id) => lanes.for('v', id) === busy[Number(id) - 1])).toEqual([true, true, true]);
    expect(lanes.size).toBe(3);
  });
});

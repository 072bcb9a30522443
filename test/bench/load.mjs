// The load generator, in a process of its own. Each message is one job; its result is sent back under the same id.
import { Agent, request } from 'node:http';
import autocannon from 'autocannon';

const agent = new Agent({ keepAlive: true });

const jobs = {
  /** Requests a second: the answers that were right, over the time it took. `choices`: one of them for each request. */
  async rate({ target, connections, seconds, amount, choices }) {
    const { url, method = 'GET', headers = {}, body } = target;
    const requests = choices && [{ setupRequest: (one) => withChoice(one, choices) }];
    let why;
    const run = autocannon({
      ...{ url, method, headers, body, connections, timeout: 30 },
      ...(amount ? { amount } : { duration: seconds }),
      ...(requests && { requests }),
    });
    run.on('reqError', (error) => (why ??= error.message));
    const result = await run;
    const { non2xx, errors, timeouts, statusCodeStats } = result;
    const bad = non2xx + errors + timeouts > 0 && { errors, timeouts, why, ...statusCodeStats };
    return { value: result['2xx'] / result.duration, bad };
  },

  /** Milliseconds from the question to the last byte, `times` one after the other; the middle one. */
  async lastByte({ target, times }) {
    const taken = [];
    let bytes = 0;
    for (let one = 0; one < times; one++) {
      const start = performance.now();
      bytes = await read(target);
      taken.push(performance.now() - start);
    }
    taken.sort((one, other) => one - other);
    return { value: taken[taken.length >> 1], bytes };
  },

  /** `times` answers at once, each read to its last byte. */
  async atOnce({ target, times }) {
    const bytes = await Promise.all(Array.from({ length: times }, () => read(target)));
    return { value: bytes.length, bytes: bytes[0] };
  },
};

function withChoice(one, choices) {
  const { key, path } = choices[Math.floor(Math.random() * choices.length)];
  return { ...one, path, headers: key ? { ...one.headers, 'x-api-key': key } : one.headers };
}

function read({ url, method = 'GET', headers, body }) {
  return new Promise((resolve, reject) => {
    const call = request(url, { method, headers, agent }, (answer) => {
      let bytes = 0;
      answer.on('data', (piece) => (bytes += piece.length));
      answer.once('error', reject);
      answer.once('close', () => {
        if (answer.statusCode === 200 && answer.complete) resolve(bytes);
        else reject(new Error(`${url}: ${answer.statusCode}${answer.complete ? '' : ', broken off'}`));
      });
    });
    call.once('error', reject).end(body);
  });
}

process.on('message', async ({ id, job, ...input }) => {
  try {
    process.send({ id, result: await jobs[job](input) });
  } catch (error) {
    process.send({ id, error: error.message });
  }
});
process.once('disconnect', () => process.exit());
process.send({ url: 'ready' });

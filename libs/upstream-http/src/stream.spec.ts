import { gzipSync } from 'node:zlib';
import { callTo, closeAll, failureOf, rawVendor, rig, SECRET, until, vendor } from '../test/loopback.js';
import type { UpstreamStream } from './call.js';

afterEach(closeAll);

async function read(stream: UpstreamStream): Promise<string> {
  let text = '';
  for await (const chunk of stream.body) text += chunk.toString();
  return text;
}

describe('a stream', () => {
  it('comes chunk by chunk, before the vendor has finished', async () => {
    let finish: () => void = () => undefined;
    const { baseUrl } = await vendor((_, response) => {
      response.write('one');
      finish = () => response.end('two');
    });
    const { http, attempts } = rig();
    const { status, body } = await http.stream(callTo(baseUrl));
    expect(status).toBe(200);
    const chunks = body[Symbol.asyncIterator]();
    expect((await chunks.next()).value?.toString()).toBe('one');
    expect(attempts).toEqual([]);
    finish();
    expect((await chunks.next()).value?.toString()).toBe('two');
    expect(await chunks.next()).toEqual({ done: true, value: undefined });
    expect(await chunks.next()).toEqual({ done: true, value: undefined });
    expect(attempts).toEqual([expect.objectContaining({ outcome: 'ok', bytes: 6, status: 200 })]);
  });

  it('is decoded, and bounded by its decoded bytes', async () => {
    const { baseUrl } = await vendor((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('x'.repeat(300_000)));
    });
    expect(await read(await rig().http.stream(callTo(baseUrl)))).toHaveLength(300_000);
    const error = await failureOf(
      rig()
        .http.stream(callTo(baseUrl, { maxBytes: 200_000 }))
        .then(read),
    );
    expect(error.failure).toBe('too-large');
  });

  it.each([
    ['shorter than its length', 'content-length: 100\r\n\r\nabc', 'end'],
    ['reset', 'content-length: 100\r\n\r\nabc', 'destroy'],
    ['without its last chunk', 'transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n', 'end'],
  ] as const)('that is %s throws, and does not end', async (_, rest, then) => {
    const { http, attempts } = rig();
    const { body } = await http.stream(callTo(await rawVendor(`HTTP/1.1 200 OK\r\n${rest}`, then)));
    const error = await failureOf(read({ status: 200, headers: {}, body }));
    expect(error).toMatchObject({ failure: 'truncated', kind: 'unreadable-answer', sent: true, status: 200 });
    expect(attempts).toEqual([expect.objectContaining({ outcome: 'truncated' })]);
  });

  it('compressed and broken off throws too', async () => {
    const { baseUrl } = await vendor((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('y'.repeat(1000)).subarray(0, 15));
    });
    expect((await failureOf(rig().http.stream(callTo(baseUrl)).then(read))).failure).toBe('truncated');
  });

  it('throws when the next chunk takes too long, though the whole may', async () => {
    const { baseUrl } = await vendor((_, response) => void response.write('one'));
    const call = callTo(baseUrl, { tryTimeoutMs: 40, deadlineMs: 60_000 });
    expect((await failureOf(rig().http.stream(call).then(read))).failure).toBe('timeout');
  });

  it('throws at the deadline, though chunks keep coming', async () => {
    const { baseUrl } = await vendor((request, response) => {
      const drip = setInterval(() => response.write('.'), 5);
      request.on('close', () => clearInterval(drip));
    });
    const call = callTo(baseUrl, { tryTimeoutMs: 5000, deadlineMs: 300 });
    expect((await failureOf(rig().http.stream(call).then(read))).failure).toBe('timeout');
  });

  it('gives back its place when nobody reads it, at the deadline', async () => {
    const { baseUrl } = await vendor((_, response) => void response.write('one'));
    const { http, attempts } = rig();
    const { body } = await http.stream(callTo(baseUrl, { deadlineMs: 2000, maxConcurrent: 1 }));
    await until(() => attempts.length === 1);
    expect(attempts[0]!.outcome).toBe('timeout');
    expect((await failureOf(read({ status: 200, headers: {}, body }))).failure).toBe('timeout');
  });

  it('closes the connection when its reader leaves early, or the caller goes away', async () => {
    let closed = 0;
    const { baseUrl } = await vendor((request, response) => {
      response.write('one');
      request.on('close', () => closed++);
    });
    const { http, attempts } = rig();
    for await (const chunk of (await http.stream(callTo(baseUrl, { maxConcurrent: 1 }))).body) {
      expect(chunk.toString()).toBe('one');
      break;
    }
    await until(() => closed === 1);

    const gone = new AbortController();
    const stream = await http.stream(callTo(baseUrl, { maxConcurrent: 1, signal: gone.signal }));
    gone.abort();
    expect((await failureOf(read(stream))).failure).toBe('cancelled');
    await until(() => closed === 2);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['cancelled', 'cancelled']);
  });

  it('is tried again until its headers are here; its error answers are refusals', async () => {
    const { baseUrl, requests } = await vendor((_, response, number) => {
      if (number === 1) response.writeHead(503).end();
      else if (number === 2) response.end('rows');
      else response.writeHead(403).end(`No: ${SECRET}`);
    });
    const { http } = rig();
    expect(await read(await http.stream(callTo(baseUrl)))).toBe('rows');
    expect(requests).toHaveLength(2);
    expect(await failureOf(http.stream(callTo(baseUrl)))).toMatchObject({
      failure: 'forbidden',
      message: 'No: [redacted]',
    });
  });

  it('without a bound has errors that are read within that of a whole answer, compressed or not', async () => {
    const { baseUrl } = await vendor((_, response, number) => {
      response.writeHead(403, number === 1 ? { 'content-encoding': 'gzip' } : {});
      response.end(number === 1 ? gzipSync(`No: ${SECRET}`) : 'x'.repeat(2_000));
    });
    const { http } = rig({ maxBytes: 1_000 });
    for (const expected of [{ failure: 'forbidden', message: 'No: [redacted]' }, { failure: 'too-large' }]) {
      expect(await failureOf(http.stream(callTo(baseUrl, { maxBytes: Infinity })))).toMatchObject(expected);
    }
  });

  it('trips the breaker when its body breaks off again and again', async () => {
    const baseUrl = await rawVendor('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nabc');
    const { http } = rig({ breaker: { failures: 2, halfOpenAfterMs: 30_000 } });
    for (let i = 0; i < 2; i++) await failureOf(http.stream(callTo(baseUrl)).then(read));
    expect((await failureOf(http.stream(callTo(baseUrl)))).failure).toBe('breaker-open');
  });
});

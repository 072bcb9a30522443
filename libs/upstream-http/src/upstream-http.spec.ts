import { setImmediate as nextTurn } from 'node:timers/promises';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { callTo, closeAll, deadUrl, failureOf, rawVendor, rig, SECRET, until, vendor } from '../test/loopback.js';
import { decodeJson } from './decode.js';
import { UpstreamError } from './upstream-error.js';

afterEach(closeAll);

const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';

describe('an answer', () => {
  it('comes whole, with its status and headers', async () => {
    const { baseUrl, requests } = await vendor((_, response) => {
      response.setHeader('x-thing', 'yes');
      response.setHeader('set-cookie', 'a=b');
      response.end('{"ok":true}');
    });
    const { http, attempts } = rig();
    const answer = await http.send(
      callTo(`${baseUrl}/v1/`, {
        query: [['name', 'a b&c']],
        headers: { 'X-Own': '1' },
        authorize: (secret) => ({ headers: { authorization: secret }, query: [['key', 'k/1']] }),
      }),
    );
    expect(answer.status).toBe(200);
    expect(answer.headers['x-thing']).toBe('yes');
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(decodeJson(answer, { vendor: 'vendor', operation: 'read' })).toEqual({ ok: true });
    expect(requests[0]!.url).toBe('/v1/things?name=a%20b%26c&key=k%2F1');
    expect(requests[0]!.headers).toMatchObject({ authorization: SECRET, 'x-own': '1' });
    expect(attempts).toEqual([
      expect.objectContaining({
        vendor: 'vendor',
        operation: 'read',
        outcome: 'ok',
        status: 200,
        attempt: 1,
        bytes: 11,
      }),
    ]);
    expect(JSON.stringify(attempts)).not.toContain('k%2F1');
  });

  it.each(['GET', 'POST', 'PUT', 'DELETE'] as const)('is given to a body sent by %s', async (method) => {
    const { baseUrl } = await vendor((request, response) => void request.pipe(response));
    const answer = await rig().http.send(callTo(baseUrl, { method, authorize: (secret) => ({ body: `é ${secret}` }) }));
    expect(answer.body.toString()).toBe(`é ${SECRET}`);
  });

  it.each([
    ['gzip', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
  ])('is decoded from %s', async (coding, compress) => {
    const { baseUrl } = await vendor((_, response) => {
      response.setHeader('content-encoding', coding);
      response.end(compress('{"a":1}'));
    });
    const answer = await rig().http.send(callTo(baseUrl));
    expect(answer.body.toString()).toBe('{"a":1}');
    expect(answer.headers['content-encoding']).toBeUndefined();
  });

  it('comes over a connection kept from the call before, but not for what must not be repeated', async () => {
    const { baseUrl, sockets } = await vendor((_, response) => response.end('ok'));
    const { http } = rig();
    for (let i = 0; i < 5; i++) {
      await http.send(callTo(baseUrl));
      // A connection is free one turn of the event loop after its answer.
      await nextTurn();
    }
    expect(sockets.size).toBe(1);
    await http.send(callTo(baseUrl, { method: 'POST', safeToRepeat: false, body: '{}' }));
    expect(sockets.size).toBe(2);
  });

  it('takes no proxy from the environment', async () => {
    const { baseUrl } = await vendor((_, response) => response.end('direct'));
    const proxy = await vendor((_, response) => response.end('proxied'));
    process.env.http_proxy = process.env.HTTP_PROXY = proxy.baseUrl;
    try {
      expect((await rig().http.send(callTo(baseUrl))).body.toString()).toBe('direct');
    } finally {
      delete process.env.http_proxy;
      delete process.env.HTTP_PROXY;
    }
  });
});

describe('no answer', () => {
  it('when the headers take too long', async () => {
    const { baseUrl } = await vendor(() => undefined);
    const error = await failureOf(rig().http.send(callTo(baseUrl, { tryTimeoutMs: 2000, safeToRepeat: false })));
    expect(error).toMatchObject({ failure: 'timeout', kind: 'no-answer', sent: true });
  });

  it('when the body takes too long, though bytes keep coming', async () => {
    const { baseUrl } = await vendor((request, response) => {
      const drip = setInterval(() => response.write('.'), 5);
      request.on('close', () => clearInterval(drip));
    });
    const error = await failureOf(rig().http.send(callTo(baseUrl, { tryTimeoutMs: 2000, safeToRepeat: false })));
    expect(error).toMatchObject({ failure: 'timeout', status: 200 });
  });

  it('when the deadline of the call passes before its tries are spent', async () => {
    const { baseUrl, requests } = await vendor(() => undefined);
    const { http, attempts } = rig();
    const error = await failureOf(http.send(callTo(baseUrl, { tryTimeoutMs: 60_000, deadlineMs: 2000 })));
    expect(error.failure).toBe('timeout');
    expect(requests).toHaveLength(1);
    expect(attempts[0]!.retryReason).toBe('deadline');
  });

  it('when the caller goes away: the vendor sees the connection close', async () => {
    let closed = false;
    const { baseUrl, requests } = await vendor((request) => request.on('close', () => (closed = true)));
    const gone = new AbortController();
    const { http } = rig();
    const failing = failureOf(http.send(callTo(baseUrl, { signal: gone.signal })));
    await until(() => requests.length === 1);
    gone.abort();
    expect(await failing).toMatchObject({ failure: 'cancelled', sent: true });
    await until(() => closed);
    expect(requests).toHaveLength(1);
  });

  it('when the caller had gone before: nothing is sent and no secret asked', async () => {
    const { baseUrl, requests } = await vendor((_, response) => response.end());
    let asked = false;
    const secret = () => {
      asked = true;
      return Promise.resolve({ reveal: () => SECRET });
    };
    const call = callTo(baseUrl, { signal: AbortSignal.abort(), credential: { id: 'c', secret } });
    expect(await failureOf(rig().http.send(call))).toMatchObject({ failure: 'cancelled', sent: false });
    expect([requests.length, asked]).toEqual([0, false]);
  });

  it('when the caller goes away during the wait before a retry', async () => {
    const { baseUrl, requests } = await vendor((_, response) => void response.writeHead(503).end());
    const gone = new AbortController();
    const { http, attempts } = rig({ retry: { baseMs: 60_000, maxMs: 60_000 } });
    const failing = failureOf(http.send(callTo(baseUrl, { signal: gone.signal, deadlineMs: 600_000 })));
    await until(() => attempts.length === 1);
    gone.abort();
    expect((await failing).failure).toBe('cancelled');
    expect(requests).toHaveLength(1);
  });

  it('when nobody listens there: certainly not sent', async () => {
    const { http, attempts } = rig();
    const error = await failureOf(http.send(callTo(await deadUrl())));
    expect(error).toMatchObject({ failure: 'connection', sent: false });
    expect(error.message).toContain('ECONNREFUSED');
    expect(attempts.map((attempt) => attempt.retryReason)).toEqual(['backoff', 'backoff', 'attempts-spent']);
  });

  it('when the name is unknown: certainly not sent', async () => {
    for (const safeToRepeat of [true, false]) {
      const error = await failureOf(rig().http.send(callTo('http://nowhere.invalid', { safeToRepeat })));
      expect(error).toMatchObject({ failure: 'connection', sent: false });
    }
  });

  it('when TLS is not what is spoken there: certainly not sent', async () => {
    const { baseUrl, requests } = await vendor((_, response) => response.end());
    for (const safeToRepeat of [true, false]) {
      const call = callTo(baseUrl.replace('http:', 'https:'), { safeToRepeat, method: 'POST', body: '1' });
      expect(await failureOf(rig().http.send(call))).toMatchObject({ failure: 'connection', sent: false });
    }
    expect(requests).toHaveLength(0);
  });

  it('when the connection is cut after the request: perhaps sent', async () => {
    const { baseUrl } = await vendor((request) => void request.socket.destroy());
    const error = await failureOf(rig().http.send(callTo(baseUrl, { safeToRepeat: false, method: 'POST', body: '1' })));
    expect(error).toMatchObject({ failure: 'connection', sent: true });
  });

  it.each([
    ['ftp://example.invalid', '/a', 'Bearer x'],
    ['not an address', '/a', 'Bearer x'],
    ['http://127.0.0.1:1', '/a\nb', 'Bearer x'],
    ['http://127.0.0.1:1', '/a', 'Bearer\r\nx: y'],
  ])('when the request cannot be written: %j %j %j', async (baseUrl, path, authorization) => {
    for (const safeToRepeat of [true, false]) {
      const call = callTo(baseUrl, { path, safeToRepeat, authorize: () => ({ headers: { authorization } }) });
      expect(await failureOf(rig().http.send(call))).toMatchObject({ failure: 'blocked', sent: false });
    }
  });

  it('after close', async () => {
    const { http } = rig();
    http.close();
    expect(await failureOf(http.send(callTo('http://127.0.0.1:1')))).toMatchObject({
      failure: 'cancelled',
      sent: false,
    });
  });
});

describe('an unreadable answer', () => {
  it.each([
    ['a body shorter than its length', `${HEAD}content-length: 100\r\n\r\n{"a":`, 'end', 'truncated'],
    ['a reset in the body', `${HEAD}content-length: 100\r\n\r\n{"a":`, 'destroy', 'truncated'],
    ['a chunked body without its end', `${HEAD}transfer-encoding: chunked\r\n\r\n5\r\n{"a":\r\n`, 'end', 'truncated'],
    ['a broken chunk', `${HEAD}transfer-encoding: chunked\r\n\r\n5\r\n{"a":\r\nzz\r\n`, 'stay', 'truncated'],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', 'stay', 'malformed'],
    ['headers without end', `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`, 'stay', 'too-large'],
  ] as const)('%s, on either way out', async (_, bytes, then, failure) => {
    const { http } = rig({ retry: { attempts: 1 } });
    for (const safeToRepeat of [true, false]) {
      const call = callTo(await rawVendor(bytes, then), { safeToRepeat });
      expect(await failureOf(http.send(call))).toMatchObject({ failure, kind: 'unreadable-answer', sent: true });
    }
  });

  it.each([
    ['with a length', (body: string) => ({ 'content-length': String(body.length) })],
    ['without one', () => ({})],
  ])('too large %s', async (_, headers) => {
    const body = 'x'.repeat(5000);
    const { baseUrl } = await vendor((__, response) => void response.writeHead(200, headers(body)).end(body));
    expect((await failureOf(rig({ maxBytes: 4999 }).http.send(callTo(baseUrl)))).failure).toBe('too-large');
    expect((await rig({ maxBytes: 5000 }).http.send(callTo(baseUrl))).body).toHaveLength(5000);
    expect((await failureOf(rig().http.send(callTo(baseUrl, { maxBytes: 10 })))).failure).toBe('too-large');
  });

  it.each([
    ['gzip', gzipSync('x'.repeat(1_000_000)), 'too-large'],
    ['br', brotliCompressSync('x'.repeat(1_000_000)), 'too-large'],
    ['gzip', gzipSync('x'.repeat(1000)).subarray(0, 20), 'truncated'],
    ['br', brotliCompressSync('some words'.repeat(10)).subarray(0, 10), 'truncated'],
    ['gzip', Buffer.from('plain'), 'malformed'],
    ['zebra', Buffer.from('plain'), 'malformed'],
  ])('compressed as %s, number %#', async (coding, body, failure) => {
    const { baseUrl } = await vendor((_, response) => {
      response.writeHead(200, { 'content-encoding': coding }).end(body);
    });
    const error = await failureOf(rig({ maxBytes: 100_000 }).http.send(callTo(baseUrl, { safeToRepeat: false })));
    expect(error.failure).toBe(failure);
  });

  it('a redirect, which is not followed', async () => {
    const other = await vendor((_, response) => response.end('stolen'));
    const { baseUrl, requests } = await vendor((_, response) => {
      response.writeHead(302, { location: `${other.baseUrl}/?t=${encodeURIComponent(SECRET)}` }).end();
    });
    expect(await failureOf(rig().http.send(callTo(baseUrl)))).toMatchObject({ failure: 'redirect', status: 302 });
    expect([requests.length, other.requests.length]).toEqual([1, 0]);
  });

  it('a page where JSON was expected', async () => {
    const { baseUrl } = await vendor((_, response) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(`<html>${SECRET}</html>`);
    });
    const answer = await rig().http.send(callTo(baseUrl));
    const decoding = Promise.resolve().then(() => decodeJson(answer, { vendor: 'v', operation: 'o' }));
    const error = await failureOf(decoding);
    expect(error).toMatchObject({ failure: 'malformed', sent: true, status: 200 });
    expect(error.message).toBe('v o: expected JSON, got text/html, 28 bytes.');
  });
});

describe('a refusal', () => {
  it.each([
    [400, 'rejected'],
    [401, 'credential'],
    [403, 'forbidden'],
    [404, 'not-found'],
    [409, 'conflict'],
    [422, 'rejected'],
    [429, 'rate-limited'],
    [500, 'unavailable'],
    [503, 'unavailable'],
  ])('%d is %s, in the words of the vendor', async (status, failure) => {
    const { baseUrl } = await vendor((_, response) => void response.writeHead(status).end('{"error":"No such thing"}'));
    const error = await failureOf(rig().http.send(callTo(baseUrl, { safeToRepeat: false })));
    expect(error).toMatchObject({ failure, status, kind: 'refusal', message: 'No such thing', sent: true });
  });

  it.each([
    ['Quota exceeded', 'Quota exceeded'],
    ['{"message":"Bad"}', 'Bad'],
    ['{"error":{"message":"Worse"}}', 'Worse'],
    ['<html>oops</html>', 'vendor read answered 400.'],
    ['{"error":', 'vendor read answered 400.'],
    ['', 'vendor read answered 400.'],
    ['y'.repeat(9000), 'y'.repeat(500)],
  ])('%.30s', async (body, message) => {
    const { baseUrl } = await vendor((_, response) => void response.writeHead(400).end(body));
    expect((await failureOf(rig().http.send(callTo(baseUrl)))).message).toBe(message);
  });

  it('may come with 200, where the client knows it', async () => {
    const { baseUrl } = await vendor((_, response) => response.end('{"status":"Error"}'));
    const refusal = () => ({ failure: 'conflict' as const, message: 'Already there' });
    expect(await failureOf(rig().http.send(callTo(baseUrl, { refusal })))).toMatchObject({
      failure: 'conflict',
      status: 200,
      message: 'Already there',
    });
  });

  it.each([SECRET, encodeURIComponent(SECRET), JSON.stringify(SECRET), `${'z'.repeat(490)}${SECRET}`])(
    'that echoes the secret is redacted, number %#',
    async (echo) => {
      const { baseUrl } = await vendor((_, response) => void response.writeHead(403).end(`Token ${echo} is bad`));
      const error = await failureOf(rig().http.send(callTo(baseUrl)));
      expect(error.message).not.toContain(SECRET.slice(0, 4));
    },
  );

  it('is unreadable when the client throws that', async () => {
    const { baseUrl } = await vendor((_, response) => response.end(`<html>`));
    const refusal = () => {
      throw new UpstreamError('malformed', `Not JSON: ${SECRET}`, { vendor: 'vendor', operation: 'read', sent: true });
    };
    const error = await failureOf(rig().http.send(callTo(baseUrl, { refusal })));
    expect(error).toMatchObject({ failure: 'malformed', status: 200, message: 'Not JSON: [redacted]' });
  });
});

describe('a retry', () => {
  it.each([408, 429, 500, 502, 503, 504])(
    'follows %d, asks for the secret anew, and ends with the first success',
    async (status) => {
      const { baseUrl, requests } = await vendor((_, response, number) => {
        response.writeHead(number < 3 ? status : 200).end('done');
      });
      let asked = 0;
      const secret = () => Promise.resolve({ reveal: () => `secret-${++asked}` });
      const { http, attempts } = rig();
      await http.send(callTo(baseUrl, { credential: { id: 'c', secret } }));
      expect(requests.map((request) => request.headers.authorization)).toEqual([
        'Bearer secret-1',
        'Bearer secret-2',
        'Bearer secret-3',
      ]);
      expect(attempts.map(({ attempt, status: seen, retryReason }) => [attempt, seen, retryReason])).toEqual([
        [1, status, 'backoff'],
        [2, status, 'backoff'],
        [3, 200, undefined],
      ]);
    },
  );

  it('follows an answer that broke off', async () => {
    const { baseUrl, requests } = await vendor((_, response, number) => {
      if (number > 1) return void response.end('{}');
      response.writeHead(200, { 'content-length': 10 });
      response.write('{', () => response.destroy());
    });
    expect((await rig().http.send(callTo(baseUrl))).body.toString()).toBe('{}');
    expect(requests).toHaveLength(2);
  });

  it('never follows a call that is not safe to repeat', async () => {
    const { baseUrl, requests } = await vendor(
      (_, response) => void response.writeHead(503, { 'retry-after': '9' }).end(),
    );
    const { http, attempts } = rig();
    const error = await failureOf(http.send(callTo(baseUrl, { safeToRepeat: false, method: 'POST', body: '{}' })));
    expect(error).toMatchObject({ failure: 'unavailable', retryAfterSeconds: 9 });
    expect(requests).toHaveLength(1);
    expect(attempts[0]!.retryReason).toBe('not-safe-to-repeat');
  });

  it.each([
    ['seconds', () => '1'],
    ['a date', () => new Date(Date.now() + 1000).toUTCString()],
  ])('waits for what Retry-After says in %s', async (_, header) => {
    const { baseUrl } = await vendor((__, response, number) => {
      if (number === 1) response.writeHead(429, { 'retry-after': header() });
      response.end('done');
    });
    const { http, attempts } = rig();
    expect((await http.send(callTo(baseUrl))).body.toString()).toBe('done');
    expect(attempts[0]!.retryReason).toBe('retry-after');
  });

  it.each([
    ['seconds', () => '120'],
    ['a date', () => new Date(Date.now() + 120_000).toUTCString()],
  ])('gives up at once where %s of Retry-After pass the deadline', async (_, header) => {
    const { baseUrl, requests } = await vendor((__, response) => {
      response.writeHead(429, { 'retry-after': header() }).end();
    });
    const error = await failureOf(rig().http.send(callTo(baseUrl)));
    expect(error.failure).toBe('rate-limited');
    expect(error.retryAfterSeconds).toBeGreaterThan(110);
    expect(requests).toHaveLength(1);
  });

  it('leaves an error of the vault as it is, and sends nothing', async () => {
    const { baseUrl, requests } = await vendor((_, response) => response.end());
    const vault = new Error('no credential');
    const secret = () => Promise.reject(vault);
    const { http, attempts } = rig();
    await expect(http.send(callTo(baseUrl, { credential: { id: 'c', secret } }))).rejects.toBe(vault);
    expect([requests.length, attempts.length]).toEqual([0, 0]);
  });

  it('does not wait for a vault longer than for the vendor', async () => {
    const secret = () => new Promise<never>(() => undefined);
    const call = callTo('http://127.0.0.1:1', {
      credential: { id: 'c', secret },
      tryTimeoutMs: 20,
      safeToRepeat: false,
    });
    expect(await failureOf(rig().http.send(call))).toMatchObject({ failure: 'timeout', sent: false });
  });
});

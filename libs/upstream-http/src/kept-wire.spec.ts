import { setImmediate as nextTurn } from 'node:timers/promises';
import { callTo, closeAll, failureOf, rawVendor, rig, until, vendor } from '../test/loopback.js';
import { Attempt } from './attempt.js';
import { Failed } from './failed.js';
import { KeptWire } from './kept-wire.js';
import { Writer } from './outgoing.js';
import { Reply } from './reply.js';

afterEach(closeAll);

const noop = (): void => undefined;

/** One whole read by `wire` itself, whose bounds a spec sets low. */
function sendBy(wire: KeptWire, baseUrl: string, attempt = new Attempt(undefined, noop)): Promise<string> {
  const outgoing = new Writer().write(callTo(baseUrl), {})!;
  return attempt
    .step<Reply>((resolve) => wire.send(attempt, outgoing, new Reply(attempt, false, 1000, resolve)))
    .then((reply) => (reply instanceof Failed ? reply.failure : String(reply.body)));
}

describe('a kept connection', () => {
  it('that the vendor closes on receiving the next call is followed by another try', async () => {
    const { baseUrl, requests, sockets } = await vendor((request, response, number) => {
      if (number === 2) request.socket.destroy();
      else response.end('ok');
    });
    const { http, attempts } = rig();
    await http.send(callTo(baseUrl));
    await nextTurn();
    expect((await http.send(callTo(baseUrl))).body.toString()).toBe('ok');
    expect([requests.length, sockets.size]).toEqual([3, 2]);
    expect(attempts.map(({ outcome, retryReason }) => [outcome, retryReason])).toEqual([
      ['ok', undefined],
      ['connection', 'backoff'],
      ['ok', undefined],
    ]);
  });

  it('that the vendor has closed since is not used again', async () => {
    const { baseUrl, sockets } = await vendor((_, response) => response.end('ok'));
    const { http, attempts } = rig();
    await http.send(callTo(baseUrl));
    const [first] = sockets;
    first!.end();
    await until(() => first!.closed);
    await http.send(callTo(baseUrl));
    expect(sockets.size).toBe(2);
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['ok', 'ok']);
  });

  it('that said it would close is not used again', async () => {
    const { baseUrl, sockets } = await vendor((_, response) => {
      response.setHeader('connection', 'close');
      response.end('ok');
    });
    const { http } = rig();
    for (let i = 0; i < 3; i++) {
      expect((await http.send(callTo(baseUrl))).body.toString()).toBe('ok');
      await nextTurn();
    }
    expect(sockets.size).toBe(3);
  });

  it('is one of a bounded number: further calls wait, and one that gave up waiting is never sent', async () => {
    const answers: (() => void)[] = [];
    const { baseUrl, requests, sockets } = await vendor((_, response) => void answers.push(() => response.end('ok')));
    const wire = new KeptWire({ origins: 1, connections: 2 });
    const gone = new Attempt(undefined, noop);
    const first = [sendBy(wire, baseUrl), sendBy(wire, baseUrl)];
    const givenUp = sendBy(wire, baseUrl, gone);
    const last = sendBy(wire, baseUrl);
    await until(() => requests.length === 2);
    gone.fail('timeout', 'Too late.');
    expect(await givenUp).toBe('timeout');
    answers.splice(0).forEach((answer) => answer());
    expect(await Promise.all(first)).toEqual(['ok', 'ok']);
    await until(() => requests.length === 3);
    answers[0]!();
    expect(await last).toBe('ok');
    expect([requests.length, sockets.size, gone.sent]).toEqual([3, 2, false]);
    wire.close();
  });

  it('is closed when its origin gives way to another, after the calls under way', async () => {
    let answer = noop;
    const first = await vendor((_, response) => void (answer = () => response.end('late')));
    const second = await vendor((_, response) => response.end('ok'));
    const wire = new KeptWire({ origins: 1, connections: 2 });
    const late = sendBy(wire, first.baseUrl);
    await until(() => first.requests.length === 1);
    expect(await sendBy(wire, second.baseUrl)).toBe('ok');
    answer();
    expect(await late).toBe('late');
    const [socket] = first.sockets;
    await until(() => socket!.closed);
    wire.close();
    const [other] = second.sockets;
    await until(() => other!.closed);
  });

  it('is closed by close, and the call on it fails, whether its origin has given way or not', async () => {
    const first = await vendor(noop);
    const second = await vendor(noop);
    const wire = new KeptWire({ origins: 1, connections: 2 });
    const failing = [sendBy(wire, first.baseUrl), sendBy(wire, second.baseUrl)];
    await until(() => first.requests.length === 1 && second.requests.length === 1);
    wire.close();
    expect(await Promise.all(failing)).toEqual(['connection', 'connection']);
  });
});

describe('an answer on a kept connection', () => {
  it('may be announced by 103', async () => {
    const { baseUrl } = await vendor((_, response) => {
      response.writeEarlyHints({ link: '</style.css>; rel=preload' });
      response.writeHead(200, { 'x-thing': 'yes' }).end('ok');
    });
    const answer = await rig().http.send(callTo(baseUrl));
    expect([answer.status, answer.headers.link, answer.headers['x-thing'], answer.body.toString()]).toEqual([
      200,
      undefined,
      'yes',
      'ok',
    ]);
  });

  it.each([
    ['204', 204, ''],
    ['200 with no length', 200, ''],
  ])('may have no body: %s', async (_, status, body) => {
    const { baseUrl } = await vendor((__, response) => void response.writeHead(status).end());
    const { http } = rig();
    for (let i = 0; i < 2; i++) {
      const answer = await http.send(callTo(baseUrl));
      expect([answer.status, answer.body.toString()]).toEqual([status, body]);
    }
  });

  it('may end with its connection', async () => {
    const baseUrl = await rawVendor('HTTP/1.0 200 OK\r\n\r\nall of it');
    expect((await rig().http.send(callTo(baseUrl))).body.toString()).toBe('all of it');
  });

  it('of 304 is no answer to a question without conditions', async () => {
    const { baseUrl } = await vendor((_, response) => void response.writeHead(304).end());
    expect(await failureOf(rig().http.send(callTo(baseUrl)))).toMatchObject({ failure: 'redirect', status: 304 });
  });

  it('may come before the body was sent', async () => {
    const { baseUrl, requests } = await vendor((_, response) => void response.writeHead(413).end('Too much'));
    const call = callTo(baseUrl, { method: 'POST', body: Buffer.alloc(20_000_000, 'x') });
    expect((await failureOf(rig().http.send(call))).message).toBe('Too much');
    expect(requests).toHaveLength(1);
  });

  it('has headers that came more than once as one', async () => {
    const { baseUrl } = await vendor((_, response) => {
      response.setHeader('x-many', ['a', 'b']);
      response.setHeader('set-cookie', ['a=1', 'b=2']);
      response.end();
    });
    const { headers } = await rig().http.send(callTo(baseUrl));
    expect([headers['x-many'], headers['set-cookie']]).toEqual(['a, b', undefined]);
  });
});

describe('a request on a kept connection', () => {
  it('has each header once, however its name is written, and a query as it was encoded', async () => {
    const { baseUrl, requests } = await vendor((_, response) => response.end());
    await rig().http.send(
      callTo(baseUrl, {
        path: '/things?of=all',
        query: 'a=b%20c',
        headers: { Accept: 'text/csv' },
        authorize: () => ({ query: [['key', 'k/1']] }),
      }),
    );
    const { rawHeaders, url } = requests[0]!;
    expect(url).toBe('/things?of=all&a=b%20c&key=k%2F1');
    const names = rawHeaders.filter((_, i) => i % 2 === 0).map((name) => name.toLowerCase());
    expect(names.sort()).toEqual(['accept', 'accept-encoding', 'connection', 'host', 'user-agent']);
    expect(requests[0]!.headers.accept).toBe('text/csv');
  });
});

describe('a stream on a kept connection', () => {
  it('comes no faster than it is read', async () => {
    const chunk = Buffer.alloc(65_536, 'x');
    let written = 0;
    const { baseUrl } = await vendor((_, response) => {
      const write = (): void => {
        while (written < 1e9) {
          written += chunk.length;
          if (!response.write(chunk)) return void response.once('drain', write);
        }
      };
      write();
    });
    const { body } = await rig().http.stream(callTo(baseUrl, { maxBytes: 2e9 }));
    const chunks = body[Symbol.asyncIterator]();
    await chunks.next();
    let before = -1;
    while (before !== written) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    expect(written).toBeLessThan(1e8);
    await chunks.next();
    for (let read = 0; read < 5e7;) read += (await chunks.next()).value!.length as number;
    await chunks.return!();
    expect(written).toBeLessThan(2e8);
  });
});

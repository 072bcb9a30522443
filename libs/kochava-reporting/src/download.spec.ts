import { DEMO_REPORTING_KEY, KOCHAVA_ORBIT_RUNNER_IOS, startSandbox } from '../../../apps/sandbox/src/index.js';
import { gzipSync } from 'node:zlib';
import { closeAll, credentialOf, failureOf, serve, upstream } from '../test/rig.js';
import {
  DownloadGuard,
  KochavaReportClient,
  ReportDownloads,
  isExpiredLink,
  linkExpiresAt,
  linkFileName,
  readRows,
  readableFile,
  type DownloadGuardOptions,
} from './index.js';

const VENDOR = 'https://reporting.api.kochava.com';

afterEach(closeAll);

const guard = (options: Partial<DownloadGuardOptions>) =>
  new DownloadGuard({ vendorBaseUrl: VENDOR, hosts: [], ...options });
const leadsTo =
  (...addresses: string[]) =>
  () =>
    Promise.resolve(addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })));

async function textOf(body: AsyncIterable<Buffer>): Promise<string> {
  let text = '';
  for await (const chunk of body) text += chunk.toString();
  return text;
}

describe('the guard', () => {
  it.each<[string, string[], string[]]>([
    [
      'http://kochava-reporting.s3.amazonaws.com/a.csv',
      ['kochava-reporting.s3.amazonaws.com'],
      ['52.216.1.1', '2600:1fa0::1'],
    ],
    ['https://KOCHAVA.s3.amazonaws.com./a.csv', ['kochava.S3.amazonaws.com'], ['52.216.1.1']],
    ['https://files.example:8443/a.csv', ['files.example:8443'], ['52.216.1.1']],
    [`${VENDOR}/a.csv`, [], ['10.0.0.1']],
    ['http://127.0.0.1:9000/a.csv', ['127.0.0.1'], []],
    ['http://[::1]:9000/a.csv', ['::1'], []],
    ['http://localhost:9000/a.csv', ['localhost'], ['127.0.0.1', '::1']],
    ['http://files.internal/a.csv', ['files.internal', '10.1.2.3'], ['10.1.2.3']],
  ])('admits %s where %j are named', async (link, hosts, addresses) => {
    const { url } = await guard({ hosts, resolve: leadsTo(...addresses) }).admit(link);
    expect(url.href).toBe(new URL(link).href);
  });

  it.each<[string, string[], string[]]>([
    ['http://evil.example/a.csv', ['kochava.example'], ['52.216.1.1']],
    ['http://sub.kochava.example/a.csv', ['kochava.example'], ['52.216.1.1']],
    ['http://kochava.example.evil.example/a.csv', ['kochava.example'], ['52.216.1.1']],
    ['http://files.example/a.csv', ['files.example:8443'], ['52.216.1.1']],
    ['http://reporting.api.kochava.com/a.csv', [], ['52.216.1.1']],
    ['http://user@files.example/a.csv', ['files.example'], ['52.216.1.1']],
    ['http://files.example@evil.example/a.csv', ['files.example'], ['52.216.1.1']],
    ['ftp://files.example/a.csv', ['files.example'], ['52.216.1.1']],
    ['file:///etc/passwd', ['files.example'], []],
    ['no link', ['files.example'], []],
    ['http://127.0.0.1/a.csv', ['files.example'], []],
    ['http://2130706433/a.csv', ['files.example'], []],
    ['http://files.example/a.csv', ['files.example'], ['127.0.0.1']],
    ['http://files.example/a.csv', ['files.example'], ['52.216.1.1', '10.0.0.1']],
    ['http://files.example/a.csv', ['files.example'], ['169.254.169.254']],
    ['http://files.example/a.csv', ['files.example', '10.0.0.2'], ['10.0.0.1']],
    ['http://files.example/a.csv', ['files.example'], ['::1']],
    ['http://files.example/a.csv', ['files.example'], ['fd00::1']],
    ['http://files.example/a.csv', ['files.example'], ['fe80::1']],
    ['http://files.example/a.csv', ['files.example'], ['::ffff:127.0.0.1']],
    ['http://files.example/a.csv', ['files.example'], ['64:ff9b::7f00:1']],
    ['http://files.example/a.csv', ['files.example'], ['2002:7f00:1::']],
    ['http://files.example/a.csv', ['files.example'], ['100.64.0.1']],
  ])('refuses %s where %j are named and it leads to %j', async (link, hosts, addresses) => {
    const error = await failureOf(guard({ hosts, resolve: leadsTo(...addresses) }).admit(link));
    expect(error).toMatchObject({ failure: 'blocked', sent: false });
    expect(error.message).not.toContain('a.csv');
  });

  it('says of a name that leads nowhere that it was not reached', async () => {
    const nowhere = guard({ hosts: ['files.example'], resolve: () => Promise.reject(new Error('ENOTFOUND')) });
    expect(await failureOf(nowhere.admit('http://files.example/a.csv'))).toMatchObject({
      failure: 'connection',
      sent: false,
    });
  });

  it('connects to the address that it has checked, whatever the name leads to later', async () => {
    const { url, received } = await serve((_, response) => response.end('a\n'));
    let asked = 0;
    const once = guard({
      hosts: ['files.example', '127.0.0.1'],
      resolve: () => leadsTo(asked++ === 0 ? '127.0.0.1' : '203.0.113.1')(),
    });
    const link = `http://files.example:${new URL(url).port}/a.csv`;
    const { body } = await new ReportDownloads(upstream().http, once).download(link);
    expect([await textOf(body), asked]).toEqual(['a\n', 1]);
    expect(received[0]!.headers.host).toBe(new URL(link).host);
  });
});

describe('a download', () => {
  const from = (url: string) => new ReportDownloads(upstream().http, guard({ vendorBaseUrl: url }));

  it('hands the file out as it lies there, with nothing of ours in the request', async () => {
    const file = gzipSync('a,b\n1,2\n');
    const { url, received } = await serve((_, response) => {
      response
        .writeHead(200, { 'content-type': 'application/gzip', etag: '"e"', 'content-length': file.length })
        .end(file);
    });
    const download = await from(url).download(`${url}/KRD1.csv.gz?Signature=a%2Bb`);
    expect(download).toMatchObject({
      startsAt: 0,
      size: file.length,
      contentType: 'application/gzip',
      etag: '"e"',
      ranges: false,
    });
    const { body, compressed } = await readableFile(download.body);
    expect([compressed, await textOf(body)]).toEqual([true, 'a,b\n1,2\n']);
    expect(received[0]).toMatchObject({ method: 'GET', url: '/KRD1.csv.gz?Signature=a%2Bb', body: '' });
    expect(received[0]!.headers.authorization).toBeUndefined();
  });

  it('gives what the host gives of a range', async () => {
    const { url, received } = await serve((request, response) => {
      if (request.url === '/whole') return void response.end('0123456789');
      response.writeHead(206, { 'content-range': 'bytes 4-9/10' }).end('456789');
    });
    const part = await from(url).download(`${url}/part`, { range: { from: 4 } });
    expect([part.startsAt, part.size, part.ranges, await textOf(part.body)]).toEqual([4, 10, true, '456789']);
    const whole = await from(url).download(`${url}/whole`, { range: { from: 4, to: 6 } });
    expect([whole.startsAt, await textOf(whole.body)]).toEqual([0, '0123456789']);
    expect(received.map(({ headers }) => headers.range)).toEqual(['bytes=4-', 'bytes=4-6']);
    const other = from(url).download(`${url}/part`, { range: { from: 5 } });
    expect((await failureOf(other)).failure).toBe('malformed');
  });

  it('follows no redirect', async () => {
    const other = await serve((_, response) => response.end('private'));
    const { url } = await serve((_, response) => response.writeHead(302, { location: other.url }).end());
    expect((await failureOf(from(url).download(`${url}/a`))).failure).toBe('redirect');
    expect(other.received).toEqual([]);
  });

  it.each([403, 404, 410, 416, 500])('that is answered %d fails without a word of the link', async (status) => {
    const { url } = await serve((request, response) => {
      response
        .writeHead(status, { 'content-type': 'application/xml' })
        .end(`<Error><Resource>${request.url}</Resource></Error>`);
    });
    const error = await failureOf(from(url).download(`${url}/a?Signature=topsecret`));
    expect(error).toMatchObject({ kind: 'refusal', status });
    expect(error.message).not.toContain('topsecret');
    expect(isExpiredLink(error)).toBe(status === 403);
  });

  it('that breaks off ends in an error', async () => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': 100 });
      response.write('a,b\n', () => response.destroy());
    });
    const { body } = await from(url).download(`${url}/a`);
    expect((await failureOf(textOf(body))).failure).toBe('truncated');
  });

  it('is cut when nobody waits for it', async () => {
    const { url } = await serve((_, response) => void response.write('a,b\n'));
    const gone = new AbortController();
    const { body } = await from(url).download(`${url}/a`, { signal: gone.signal });
    const reading = failureOf(textOf(body));
    gone.abort();
    expect((await reading).failure).toBe('cancelled');
  });
});

it('a report of the sandbox is read to its end, from any of its rows, until its link expires', async () => {
  const sandbox = await startSandbox({ now: new Date('2026-03-11T13:20:00Z') });
  try {
    const me = credentialOf(DEMO_REPORTING_KEY.key);
    const appGuid = KOCHAVA_ORBIT_RUNNER_IOS.guid;
    const reports = new KochavaReportClient(upstream().http, { baseUrl: sandbox.url });
    const start = Date.UTC(2026, 2, 10) / 1000;
    for (const format of ['csv', 'json'] as const) {
      const content = { kind: 'detail', traffic: ['install'], timeZone: 'UTC' } as const;
      const { token } = await reports.create(me, { appGuid, format, window: { start, end: start + 86_399 }, content });
      sandbox.setNow(new Date(sandbox.now().getTime() + 10_000));
      const { link } = await reports.progress(me, { appGuid, token: token! });
      const downloads = new ReportDownloads(upstream().http, guard({ vendorBaseUrl: sandbox.url }));
      const rowsOf = async (options: Parameters<typeof readRows>[1], offset?: number) => {
        const { body } = await downloads.download(link!, offset === undefined ? {} : { range: { from: offset } });
        const [rows, offsets, columns]: [unknown[], number[], string[]] = [[], [], []];
        for await (const batch of readRows(body, options)) {
          rows.push(...batch.rows);
          offsets.push(...batch.offsets);
          columns.splice(0, Infinity, ...batch.columns);
        }
        return { rows, offsets, columns };
      };
      const whole = await rowsOf({ format });
      expect(whole.rows.length).toBeGreaterThan(100);
      const offset = whole.offsets[77]!;
      const rest = await rowsOf({ format, from: { offset, columns: whole.columns } }, offset);
      expect(rest.rows).toEqual(whole.rows.slice(77));
      sandbox.setNow(linkExpiresAt(link!));
      expect(isExpiredLink(await failureOf(downloads.download(link!)))).toBe(true);
    }
  } finally {
    await sandbox.close();
  }
});

it.each([
  ['http://h/KRD-7.csv?AWSAccessKeyId=A&Expires=1536425842&Signature=s', '2018-09-08T16:57:22.000Z', 'KRD-7.csv'],
  ['https://h/a/b.csv?X-Amz-Date=20260311T132000Z&X-Amz-Expires=600', '2026-03-11T13:30:00.000Z', 'b.csv'],
  ['https://h/', undefined, undefined],
  ['https://h/%2e%2e%2fx?Expires=soon', undefined, undefined],
  ['nothing', undefined, undefined],
])('of the link %s its end and its name are known', (link, expires, name) => {
  expect([linkExpiresAt(link)?.toISOString(), linkFileName(link)]).toEqual([expires, name]);
});

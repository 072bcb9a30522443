import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { aReport, DETAIL, look, push, useReports } from './support/reports.js';
import { rawGet } from './support/raw-get.js';

const dataDir = mkdtempSync(join(tmpdir(), 'mmp-gateway-spool-'));
afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

describe('files that are compressed, broken, or lead elsewhere', () => {
  const gateway = useReports({ env: { DATA_DIR: dataDir }, sandbox: { kochavaReporting: { compressAbove: 5_000 } } });
  let key: string;
  beforeAll(async () => {
    key = await gateway.key();
  });

  const get = (path: string) => rawGet(`${gateway.url}${path}`, { authorization: `Bearer ${key}` });
  const made = async (more: object = {}): Promise<string> => {
    const { body, status } = await gateway.http('post', '/v1/reports', key).send(aReport(gateway, more));
    expect(status).toBe(202);
    push(gateway, 10_000);
    await look(gateway, body.id as string);
    return body.id as string;
  };
  const downloads = () => gateway.sandbox.requests.filter(({ path }) => path.startsWith('/kochava-reports/')).length;

  it('unpacks a compressed file once, and reads its pages from there', async () => {
    const id = await made({ spec: DETAIL });
    const rows: unknown[] = [];
    let after: string | null = null;
    for (let page = 0; page < 5; page += 1) {
      const { body } = await gateway.http(
        'get',
        `/v1/reports/${id}/rows?first=40${after ? `&after=${after}` : ''}`,
        key,
      );
      rows.push(...body.data);
      after = body.page.endCursor;
    }
    const inside = Buffer.from(`${parseInt(Buffer.from(after!, 'base64url').toString()) + 1}s`).toString('base64url');
    const refused = await gateway.http('get', `/v1/reports/${id}/rows?after=${inside}`, key);
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, '/after']);
    // One to look at its columns, one for the first page, one to unpack it.
    expect(downloads()).toBe(3);
    const spool = join(dataDir, 'spool');
    expect(readdirSync(spool)).toEqual([id]);
    expect(statSync(join(spool, id)).mode & 0o777).toBe(0o600);
    const { text } = await get(`/v1/reports/${id}/rows?format=ndjson`);
    expect(
      text
        .split('\n')
        .slice(0, 200)
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(rows);
    const file = await fetch(`${gateway.url}/v1/reports/${id}/file`, { headers: { authorization: `Bearer ${key}` } });
    expect([file.status, file.headers.get('content-type')]).toEqual([200, 'application/gzip']);
    const plain = gunzipSync(Buffer.from(await file.arrayBuffer())).toString();
    expect(plain.trim().split('\n').length).toBe(text.trim().split('\n').length + 1);
  });

  it('tears the connection down where the file breaks midway, so that half of it is not taken for the whole', async () => {
    const id = await made({ spec: DETAIL });
    for (const [path, whole] of [
      ['/file', false],
      ['/rows?format=csv', false],
    ] as const) {
      gateway.sandbox.misbehave({ path: '^/kochava-reports/', do: { kind: 'truncate', part: 0.9 } });
      const answer = await get(`/v1/reports/${id}${path}`);
      expect([path, answer.status, answer.whole]).toEqual([path, 200, whole]);
    }
  });

  it('says what is wrong where nothing has been sent yet', async () => {
    const id = await made();
    gateway.sandbox.misbehave({ path: '^/kochava-reports/', do: { kind: 'status', status: 404, body: 'gone' } });
    const { status, body } = await gateway.http('get', `/v1/reports/${id}/file`, key);
    expect([status, body.code]).toEqual([422, 'UPSTREAM_REJECTED']);
    expect(body.detail).not.toContain('Signature');
    const bad = await gateway.http('get', `/v1/reports/${id}/rows?after=bm93aGVyZQ`, key);
    expect([bad.status, bad.body.errors[0].pointer]).toEqual([400, '/after']);
  });

  it('does not follow a link to a host that nobody has named', async () => {
    const id = await made();
    const link = 'http://metadata.internal/latest?Signature=sesame';
    const told = { status: 'completed', progress: '100', status_date: '2026-01-01 00:00:00', report: link };
    // The link that works is forgotten with its expiry.
    push(gateway, 11 * 86_400_000);
    gateway.sandbox.misbehave({
      path: '^/v1.4/progress',
      times: 2,
      do: { kind: 'status', status: 200, body: JSON.stringify(told) },
    });
    const { status, body } = await gateway.http('get', `/v1/reports/${id}/file`, key);
    expect([status, body.code]).toEqual([502, 'UPSTREAM_INVALID_RESPONSE']);
    expect(body.detail).toContain('metadata.internal');
    expect(JSON.stringify(body)).not.toContain('sesame');
  });

  it('stops reading at the vendor when its caller has left', async () => {
    const id = await made({ spec: DETAIL });
    gateway.sandbox.misbehave({ path: '^/kochava-reports/', do: { kind: 'drip', bytes: 500, everyMs: 50 } });
    await rawGet(`${gateway.url}/v1/reports/${id}/file`, { authorization: `Bearer ${key}` }, (hangUp) =>
      hangUp(),
    ).catch(() => undefined);
    for (let tries = 0; tries < 100 && !gateway.sandbox.requests.at(-1)!.aborted; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    expect(gateway.sandbox.requests.at(-1)).toMatchObject({ aborted: true });
  });
});

import { Sealer } from '#libs/audit';
import { DEMO_REPORTING_KEY, KOCHAVA_ORBIT_RUNNER_IOS } from '../apps/sandbox/src/index.js';
import { rawGet } from './support/raw-get.js';
import { aReport, DETAIL, look, push, REPORT, REQUEST, sent, SUMMARY, useReports } from './support/reports.js';
import { waitUntil } from './support/wait-until.js';

interface Made {
  id: string;
  status: string;
  upstreamToken: string;
  [field: string]: unknown;
}

describe('a report, from the asking to its rows', () => {
  const gateway = useReports();
  let key: string;
  beforeAll(async () => {
    key = await gateway.key();
  });

  const post = (body: object) => gateway.http('post', '/v1/reports', key).send(body);
  const get = (path: string, headers = {}) =>
    rawGet(`${gateway.url}${path}`, { authorization: `Bearer ${key}`, ...headers });
  const one = async (id: string) => (await gateway.http('get', `/v1/reports/${id}`, key)).body as Made;
  const made = async (more: object = {}): Promise<Made> => {
    const { body, status } = await post(aReport(gateway, more));
    expect([status, body.detail]).toEqual([202, undefined]);
    push(gateway, 10_000);
    await look(gateway, body.id as string);
    return one(body.id as string);
  };

  it('goes from queued to running to completed, at both doors the same', async () => {
    const { status, body, headers } = await post(aReport(gateway));
    expect([status, headers['location']]).toEqual([202, `/v1/reports/${body.id}`]);
    expect(body).toMatchObject({
      vendors: ['KOCHAVA'],
      kind: 'SUMMARY',
      status: 'QUEUED',
      app: { id: gateway.apps[0].id, name: gateway.apps[0].name },
      request: { spec: SUMMARY, timeZone: 'UTC', format: 'CSV' },
      fileUrl: null,
      columns: null,
      failure: null,
    });
    expect(body.upstreamToken).toMatch(/^-?\d+$/);
    const notYet = await gateway.http('get', `/v1/reports/${body.id}/rows`, key);
    expect([notYet.status, notYet.body.code, notYet.headers['retry-after']]).toEqual([409, 'NOT_READY', '5']);

    push(gateway, 4_000);
    await look(gateway, body.id);
    const running = await one(body.id);
    expect(running.status).toBe('IN_PROGRESS');
    expect(running['progress']).toBeGreaterThan(0);
    expect(running['progress']).toBeLessThan(100);
    push(gateway, 4_000);
    await look(gateway, body.id);
    const done = await one(body.id);
    expect(done).toMatchObject({ status: 'COMPLETED', progress: 100, upstreamToken: body.upstreamToken });
    expect(done['fileUrl']).toBe(`${gateway.url}/v1/reports/${body.id}/file`);
    expect(done['fileSize']).toBeGreaterThan(100);

    const query = `{ report(id: "${body.id}") { ${REPORT} rows(first: 2) { nodes pageInfo { hasNextPage endCursor } } } }`;
    const { report } = (await gateway.graphql(key, query)).body.data;
    const { rows, ...rest } = report;
    expect(rest).toEqual({ ...done, schedule: undefined, app: { id: gateway.apps[0].id, name: gateway.apps[0].name } });
    expect(Object.keys(rows.nodes[0])).toEqual(done['columns']);
    expect(rows.pageInfo.hasNextPage).toBe(true);
    // The link itself is in no answer.
    expect(JSON.stringify([body, done, report])).not.toContain('AWSAccessKeyId');
  });

  it('is followed by its job, without anybody asking', async () => {
    const { body } = await post(aReport(gateway));
    push(gateway, 20_000);
    await waitUntil(async () => (await one(body.id)).status === 'COMPLETED');
    await gateway.app.get(Sealer).flush();
    const read = await gateway.http('get', `/v1/audit-events?actions=reports.read&resource=report:${body.id}`, key);
    expect(read.body.data[0]).toMatchObject({ app: { id: gateway.apps[0].id }, vendor: 'KOCHAVA' });
  });

  it('asks what was asked: midnight excluded is the second before, at Kochava', async () => {
    const window = { start: '2026-01-01T00:00:00Z', end: '2026-01-03T00:00:00Z' };
    const notify = ['growth@example.com'];
    const { body } = await post(aReport(gateway, { ...window, timeZone: 'Europe/Berlin', format: 'JSON', notify }));
    const { guid: app_guid } = KOCHAVA_ORBIT_RUNNER_IOS;
    const question = { api_key: DEMO_REPORTING_KEY.key, app_guid, token: body.upstreamToken };
    const answer = await fetch(`${gateway.sandbox.url}/v1.4/progress`, {
      method: 'POST',
      body: JSON.stringify(question),
    });
    expect(((await answer.json()) as { report_request: object }).report_request).toEqual({
      api_key: expect.anything(),
      app_guid,
      traffic: ['install', 'click'],
      traffic_grouping: ['network', 'country'],
      time_series: '24',
      time_zone: 'Europe/Berlin',
      time_start: String(Date.parse(window.start) / 1000),
      time_end: String(Date.parse(window.end) / 1000 - 1),
      delivery_format: 'json',
      delivery_method: ['S3link'],
      notify,
    });
  });

  it('gives its rows as pages that lead straight to their place, as CSV and as NDJSON', async () => {
    for (const format of ['CSV', 'JSON']) {
      const { id } = await made({ spec: DETAIL, format });
      const path = `/v1/reports/${id}/rows`;
      const pages: Record<string, unknown>[] = [];
      let after: string | null = null;
      for (let page = 0; page < 4; page += 1) {
        const answer = await gateway.http('get', `${path}?first=50${after ? `&after=${after}` : ''}`, key);
        expect(answer.status).toBe(200);
        pages.push(...answer.body.data);
        after = answer.body.page.endCursor;
      }
      const downloads = gateway.sandbox.requests.filter((request) => request.path.startsWith('/kochava-reports/'));
      expect(downloads.slice(-3).every(({ headers }) => /^bytes=[1-9]\d*-$/.test(headers['range'] ?? ''))).toBe(true);
      const { text: lines } = await get(`${path}?format=ndjson`);
      const all = lines
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Record<string, unknown>);
      expect(pages).toHaveLength(200);
      expect(all.slice(0, 200)).toEqual(pages);
      const { text: csv } = await get(path, { accept: 'text/csv' });
      expect(csv.split('\n')[0]).toBe(Object.keys(pages[0]!).join(','));
      expect(csv.trim().split('\n').length).toBe(all.length + 1);
    }
  });

  it('takes no cursor that leads into the middle of a row', async () => {
    for (const format of ['CSV', 'JSON']) {
      const { id, fileSize } = await made({ spec: DETAIL, format });
      const path = `/v1/reports/${id}/rows`;
      const { body } = await gateway.http('get', `${path}?first=1`, key);
      const place = Buffer.from(body.page.endCursor, 'base64url').toString();
      const cursorAt = (at: number): string => Buffer.from(place.replace(/\d+/, String(at))).toString('base64url');
      const row = parseInt(place);
      for (const at of [row - 1, row + 1, row + 20, Number(fileSize)]) {
        for (const query of ['', '&format=csv']) {
          const { status, body: refused } = await gateway.http('get', `${path}?after=${cursorAt(at)}${query}`, key);
          expect([format, at - row, status, refused.errors?.[0].pointer]).toEqual([format, at - row, 400, '/after']);
        }
      }
      expect((await gateway.http('get', `${path}?first=1&after=${cursorAt(row)}`, key)).status).toBe(200);
    }
  });

  it('streams the file as it lies there, and asks for another link where one has expired', async () => {
    const { id, fileSize } = await made();
    const looks = () => sent(gateway).filter((path) => path === '/progress').length;
    const before = looks();
    const file = await get(`/v1/reports/${id}/file`);
    // The link came when the report was found to be there.
    expect(looks()).toBe(before);
    expect([file.status, file.whole, file.headers['content-length']]).toEqual([200, true, String(fileSize)]);
    expect(file.headers['content-disposition']).toMatch(/^attachment; filename="KRS.*\.csv"$/);
    push(gateway, 11 * 86_400_000);
    const again = await get(`/v1/reports/${id}/file`);
    expect(again.text).toBe(file.text);
    expect(looks()).toBe(before + 1);
  });

  it('says how it failed, and whether another try may help', async () => {
    gateway.sandbox.failNextReport('Row limit exceeded');
    expect(await made()).toMatchObject({
      status: 'FAILED',
      failure: { code: 'UPSTREAM_REJECTED', message: 'Row limit exceeded', retryable: false },
    });
    gateway.sandbox.failNextReport('Internal error');
    const { id, ...failed } = await made();
    expect(failed).toMatchObject({ status: 'FAILED', failure: { code: 'UPSTREAM_UNAVAILABLE', retryable: true } });
    const rows = await gateway.http('get', `/v1/reports/${id}/rows`, key);
    expect([rows.status, rows.body.code]).toEqual([409, 'CONFLICT']);
    gateway.sandbox.failNextReport('Notification failed');
    const mailed = await made({ notify: ['a@example.com'] });
    expect(mailed).toMatchObject({ status: 'COMPLETED', statusDetail: expect.stringContaining('could not mail') });
  });

  it('says where a file went that is not here', async () => {
    const delivery = { sftp: { host: 'files.example.com', user: 'reports' } };
    const { id, ...there } = await made({ delivery });
    expect(there).toMatchObject({
      status: 'COMPLETED',
      fileUrl: null,
      statusDetail: 'The file went to files.example.com, by SFTP.',
    });
    const file = await gateway.http('get', `/v1/reports/${id}/file`, key);
    expect([file.status, file.body.code]).toEqual([422, 'UNSUPPORTED']);
    const { body } = await gateway.graphql(key, `{ report(id: "${id}") { rows { nodes } fileUrl } }`);
    expect(body).toEqual({ data: { report: { rows: null, fileUrl: null } } });
    const saved = await made({ delivery: { savedS3: 'KOCHAVA_SAVED' } });
    expect(saved).toMatchObject({ statusDetail: expect.stringContaining('fell back to a link') });
  });

  it('is deleted while it is queued, and not later', async () => {
    const { body } = await post(aReport(gateway));
    const gone = await gateway.http('delete', `/v1/reports/${body.id}`, key);
    expect([gone.status, gone.body.status]).toEqual([200, 'DELETED']);
    const { body: running } = await post(aReport(gateway));
    push(gateway, 3_000);
    const refused = await gateway.graphql(key, `mutation { deleteReport(id: "${running.id}") { status } }`);
    expect(refused.body.errors[0].extensions.code).toBe('CONFLICT');
    expect(await one(running.id)).toMatchObject({ status: 'IN_PROGRESS' });
  });

  it('is listed newest first, in pages, by filter and under its app', async () => {
    const ids: string[] = [];
    for (const spec of [SUMMARY, DETAIL, SUMMARY]) ids.unshift((await post(aReport(gateway, { spec }))).body.id);
    const first = await gateway.http('get', '/v1/reports?first=2', key);
    expect(first.body.data.map(({ id }: Made) => id)).toEqual(ids.slice(0, 2));
    const next = await gateway.http('get', `/v1/reports?first=1&after=${first.body.page.endCursor}`, key);
    expect(next.body.data[0].id).toBe(ids[2]);
    const details = await gateway.http('get', '/v1/reports?kinds=detail&statuses=queued,in_progress', key);
    expect(details.body.data.map(({ id }: Made) => id)).toContain(ids[1]);
    expect(details.body.data.every(({ kind }: Made) => kind === 'DETAIL')).toBe(true);
    const query = `{ app(id: "${gateway.apps[0].id}") { reports(first: 1, filter: { kinds: [SUMMARY] }) { nodes { id app { name } } } } }`;
    expect((await gateway.graphql(key, query)).body.data.app.reports.nodes).toEqual([
      { id: ids[0], app: { name: gateway.apps[0].name } },
    ]);
    const other = `{ app(id: "${gateway.apps[1].id}") { reports { nodes { id } } } }`;
    expect((await gateway.graphql(key, other)).body.data.app.reports.nodes).toEqual([]);
  });

  it('asks the same at GraphQL', async () => {
    const { body } = await gateway.graphql(key, REQUEST, { input: aReport(gateway, { spec: DETAIL }) });
    expect(body.errors).toBeUndefined();
    expect(body.data.requestReport).toMatchObject({ kind: 'DETAIL', status: 'QUEUED', request: { spec: DETAIL } });
  });
});

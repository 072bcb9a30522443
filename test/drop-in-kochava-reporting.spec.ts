import { DEMO_REPORTING_KEY } from '../apps/sandbox/src/index.js';
import { push, useReports } from './support/reports.js';
import { ask, askKochava, aSummary, GUID } from './support/reporting-door.js';
import { clientGet } from './support/vendor-door.js';

describe('Kochava’s Reporting API at the gateway', () => {
  const gateway = useReports();
  let key: string;
  beforeAll(async () => {
    key = await gateway.key();
  });
  const sent = () => gateway.sandbox.requests;
  it('makes a report, tells how it stands, and gives its file to a plain GET', async () => {
    const body = aSummary();
    const made = await ask(gateway, key, '/v1.4/summary', body);
    const token = made.json.report_token as string;
    expect(sent().map(({ path }) => path)).toEqual(['/v1.4/summary']);
    const subject = { app_guid: GUID, token };
    for (const ms of [0, 3_000, 10_000]) {
      push(gateway, ms);
      const [theirs, ours] = [
        await askKochava(gateway, '/progress', subject),
        await ask(gateway, key, '/progress', subject),
      ];
      const { report, report_request: request, ...told } = theirs.json;
      expect([ours.status, ours.type]).toEqual([theirs.status, theirs.type]);
      expect(ours.json).toEqual({
        ...told,
        report_request: { ...request, api_key: '[redacted]' },
        ...(report && { report: expect.stringMatching(`^${gateway.url}/files/[\\w.-]+$`) }),
      });
      // As it was written, in the order it was written in.
      expect(JSON.stringify(request)).toBe(JSON.stringify({ api_key: DEMO_REPORTING_KEY.key, ...body }));
      if (!report) continue;
      const file = await clientGet(gateway.url, new URL(ours.json.report).pathname);
      const { pathname, search } = new URL(report);
      const original = await clientGet(gateway.sandbox.url, pathname + search);
      expect([file.status, file.type, file.text]).toEqual([200, original.type, original.text]);
      expect(file.headers['content-disposition']).toContain(pathname.split('/').at(-1));
      expect(file.text.split('\n').length).toBeGreaterThan(2);
    }
    const { body: listed } = await gateway.http('get', '/v1/reports', key);
    expect(listed.data).toMatchObject([{ kind: 'SUMMARY', upstreamToken: token, app: { id: gateway.apps[0].id } }]);
  });
});

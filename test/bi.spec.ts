import { readFileSync } from 'node:fs';
import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { useReports } from './support/reports.js';

interface Reply {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
}

/** The requests of docs/bi.md, with the headers that each tool sends and no others. */
describe('BI tools', () => {
  const gateway = useReports({ sandbox: { kochavaReporting: { times: { queuedMs: 0, runningMs: 0 } } } });
  const DAYS = 'from=2026-05-01&to=2026-05-03';
  const CSV = `/v1/kpis?${DAYS}&metrics=installs,revenue&group_by=app,day&vendors=adjust&format=csv`;
  const ENCODED = `/v1/kpis?${DAYS}&metrics=installs%2Crevenue&group_by=app%2Cday&vendors=adjust&format=csv`;
  const HEADINGS = 'vendor,app_id,app_name,date,currency,installs,revenue';
  let key: string;
  beforeAll(async () => {
    key = await gateway.key({ scopes: ['kpis:read'] });
  });

  const basic = (user: string) => ({ authorization: `Basic ${Buffer.from(`${user}:${key}`).toString('base64')}` });
  function ask(path: string, headers: OutgoingHttpHeaders, method = 'GET'): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const call = request(gateway.url + path, { method, headers, agent: false }, (answer) => {
        buffer(answer).then((body) => {
          const plain = answer.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
          resolve({ status: answer.statusCode!, headers: answer.headers, text: plain.toString('utf8') });
        }, reject);
      });
      call.once('error', reject).end();
    });
  }
  function expectTable(reply: Reply, headings = HEADINGS): void {
    expect([reply.status, reply.headers['content-type']]).toEqual([200, 'text/csv; charset=utf-8']);
    const [head, ...lines] = reply.text.trimEnd().split('\n');
    expect(head).toBe(headings);
    // Two apps on three days.
    expect(lines).toHaveLength(6);
  }
  function expectChallenge({ status, headers }: Reply): void {
    expect([status, headers['www-authenticate']]).toEqual([401, expect.stringMatching(/^Basic realm="/)]);
  }

  it('takes Power Query: asked without a key first, then with Basic', async () => {
    const tool = { 'user-agent': 'Microsoft.Data.Mashup (https://go.microsoft.com/fwlink/?LinkID=304225)' };
    expectChallenge(await ask(ENCODED, tool));
    expectTable(await ask(ENCODED, { ...tool, 'accept-encoding': 'gzip, deflate', ...basic('bi') }));
    expectTable(await ask(`${ENCODED}&bom=true`, { ...tool, ...basic('') }), `\uFEFF${HEADINGS}`);
  });

  it('takes Excel’s look at a link: OPTIONS and HEAD', async () => {
    const tool = { 'user-agent': 'Microsoft Office Existence Discovery' };
    expectChallenge(await ask('/v1/', tool, 'OPTIONS'));
    expectChallenge(await ask(CSV, tool, 'HEAD'));
    const [head, get] = [
      await ask(CSV, { ...tool, ...basic('x') }, 'HEAD'),
      await ask(CSV, { ...tool, ...basic('x') }),
    ];
    expect([head.status, head.text, head.headers['content-type']]).toEqual([200, '', get.headers['content-type']]);
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
  });

  it('takes Tableau’s connectors: by Accept, and with the Accept of Java', async () => {
    const tool = { 'user-agent': 'Apache-HttpClient/4.5 (Java/17)', ...basic('tableau') };
    expectTable(await ask(CSV.replace('&format=csv', ''), { ...tool, accept: 'text/csv' }));
    expectTable(await ask(CSV, { ...tool, accept: 'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2' }));
  });

  it('takes curl, for a file that Tableau opens, with the key of ~/.netrc', async () => {
    expectTable(await ask(CSV, { 'user-agent': 'curl/8.5.0', accept: '*/*', ...basic('tableau') }));
  });

  it('takes Apps Script, for Google Sheets and Looker Studio', async () => {
    const tool = { 'user-agent': 'Mozilla/5.0 (compatible; Google-Apps-Script; beanserver)' };
    expectTable(await ask(CSV, { ...tool, 'accept-encoding': 'gzip,deflate,br', ...basic('sheet') }));
  });

  it('refuses IMPORTDATA, which can’t send a key, and never takes one from the URL', async () => {
    const tool = { 'user-agent': 'Mozilla/5.0 (compatible; GoogleDocs; apps-spreadsheets)' };
    expectChallenge(await ask(CSV, tool));
    for (const name of ['key', 'api_key', 'apikey', 'access_token'])
      expectChallenge(await ask(`${CSV}&${name}=${key}`, tool));
  });

  it('tells both vendors’ rows where none is named, once Kochava has made its own: 503 with Retry-After until then', async () => {
    const both = CSV.replace('&vendors=adjust', '');
    const tool = { accept: 'text/csv', ...basic('bi') };
    const first = await ask(`${both}&wait_seconds=0&on_failed_source=partial`, tool);
    expect([first.status, first.headers['retry-after']]).toEqual([503, '5']);
    let reply = first;
    while (reply.status === 503) reply = await ask(`${both}&wait_seconds=30`, tool);
    expect(reply.status).toBe(200);
    const [head, ...lines] = reply.text.trimEnd().split('\n');
    expect(head).toBe(HEADINGS);
    for (const vendor of ['ADJUST', 'KOCHAVA'])
      expect(lines.filter((line) => line.startsWith(`${vendor},`))).toHaveLength(6);
  });

  it('answers every URL that docs/bi.md shows', async () => {
    const urls = readFileSync('docs/bi.md', 'utf8').match(/\/v1\/kpis\?[^\s"`]+/g) ?? [];
    const asked = urls.filter((url) => !url.includes('${'));
    expect(asked.length).toBeGreaterThanOrEqual(6);
    for (const url of new Set(asked)) {
      const reply = await ask(url, { accept: 'text/csv', ...basic('doc') });
      expect([url, reply.status, reply.text.split('\n')[0]]).toEqual([url, 200, HEADINGS]);
    }
  });
});

// A stand-in for Kochava's Reporting API and the host of its files, as fast as node:http is. Reports take LIFE_MS. GET /count
// answers how many calls there were of each kind; POST /clock sets the time that reports go by, until then the machine's.
import { createServer } from 'node:http';
import { reportFile } from './report-file.mjs';
import { summaryFile } from './summary-file.mjs';

const LIFE_MS = Number(process.env.LIFE_MS ?? 0);
const reports = new Map();
const files = new Map();
const counts = {};
let clock;
let origin;

const now = () => clock ?? Date.now();
const sql = (instant) => new Date(instant).toISOString().slice(0, 19).replace('T', ' ');

/** How many rows a detail has, and networks a summary, is the end of its app's name: `koorbit-200000`. */
const sizeOf = ({ app_guid }) => Number(/\d+$/.exec(app_guid)?.[0] ?? 0);

function fileOf(token) {
  const { kind, asked } = reports.get(token);
  const name = JSON.stringify([kind, asked]);
  let file = files.get(name);
  if (!file) {
    file = kind === 'summary' ? summaryFile(asked, sizeOf(asked)) : reportFile(sizeOf(asked));
    if (files.size === 50) files.clear();
    files.set(name, file);
  }
  return file;
}

const answers = {
  create(kind, request) {
    const token = String(5_000_000_000_000_000_000n + BigInt(reports.size));
    const { api_key: apiKey, ...asked } = request;
    if (!apiKey) return { status: 'Error', error: 'APP & API Key are invalid' };
    reports.set(token, { kind, asked, at: now() });
    return { report_token: token, status: 'queued' };
  },
  progress(_, { token }) {
    const report = reports.get(token);
    if (!report) return { status: 'Error', error: 'Report does not exist.' };
    const ran = now() - report.at;
    const about = { report_type: report.kind, report_request: report.asked };
    if (ran < LIFE_MS / 10) return { status: 'queued', status_date: sql(report.at), progress: '0', ...about };
    if (ran < LIFE_MS) return { status: 'running', status_date: sql(report.at), progress: '50', ...about };
    const link = `${origin}/files/${token}/report-${token}.csv`;
    return { status: 'completed', status_date: sql(report.at + LIFE_MS), progress: '100', report: link, ...about };
  },
  tokens: (_, { app_guid }) =>
    [...reports]
      .filter(([, { asked }]) => asked.app_guid === app_guid)
      .slice(-100)
      .reverse()
      .map(([token]) => ({ report_token: token, ...answers.progress('', { token }) })),
};

async function bodyOf(request) {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text += piece;
  return text ? JSON.parse(text) : {};
}

const server = createServer(async (request, response) => {
  const body = await bodyOf(request);
  const sendJson = (value) =>
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
  const [, first, second = ''] = request.url.split('/');
  if (first === 'count') return sendJson(counts);
  if (first === 'clock') return sendJson({ now: (clock = body.now) });
  const kind = first === 'files' ? 'file' : second;
  counts[kind] = (counts[kind] ?? 0) + 1;
  if (kind !== 'file') return sendJson((answers[second] ?? answers.create)(second, body));
  const file = fileOf(second);
  response.writeHead(200, { 'content-type': 'text/csv', 'content-length': file.length });
  return response.end(file);
});
server.keepAliveTimeout = 60_000;
server.listen(0, '127.0.0.1', () => {
  origin = `http://127.0.0.1:${server.address().port}`;
  process.send({ url: origin });
});
process.once('disconnect', () => process.exit());

import type { FastifyInstance, FastifyRequest } from 'fastify';
import { appOf, keyOf, type ReportingKey } from './access.js';
import { ReportingBody } from './body.js';
import { cadenceOf } from './cadence.js';
import { checkContent, FILTERS, GROUPINGS, KINDS, windowOf, type ReportKind } from './check.js';
import { stampUtc } from './counts.js';
import { linkMadeAt, linkTo, serveFiles, type LinkOptions } from './links.js';
import { ReportingRefusal, invalid } from './refusal.js';
import type { Report } from './reports.js';
import type { Schedule, ScheduleStore } from './schedules.js';

export interface ReportingOptions extends LinkOptions {
  schedules: ScheduleStore;
  /** Path before the vendor's own, as the sandbox has it. */
  prefix: string;
}

/** Clients call by older versions, and by none. */
const VERSIONS = ['/v1.4', '/v1.3', '/v1.2', '/v1.1', ''];
const UPDATABLE: readonly ReportKind[] = ['summary', 'detail', 'custom'];

interface Call {
  body: ReportingBody;
  key: ReportingKey;
  /** Scheme, host, port and prefix that this stand-in was reached by. */
  origin: string;
}

/** Kochava's Reporting API: one answer for each endpoint, HTTP 200 whatever it says. */
class ReportingApi {
  constructor(private readonly options: ReportingOptions) {}

  create(kind: ReportKind, { body, key }: Call): object {
    const { reports, now } = this.options;
    const app = appOf(body, key);
    checkContent(kind, body);
    const window = windowOf(kind, body);
    const duplicate = reports.duplicateOf(kind, app, body);
    // The call structure page: a report that is still queued or running is answered with its status, and no token.
    if (duplicate) return { status: reports.stateOf(duplicate).status };
    const report = reports.add({ kind, key, app, body, window, createdAt: now() });
    return { status: 'queued', report_token: report.token };
  }

  progress({ body, key, origin }: Call): object {
    const app = appOf(body, key);
    const report = this.options.reports.find(body.text('token'), key, app);
    if (!report) throw new ReportingRefusal('Report token not found');
    return { ...this.stateFields(report, origin), report_request: report.request };
  }

  private stateFields(report: Report, origin: string): object {
    const { reports, now, linkSeconds } = this.options;
    const state = reports.stateOf(report);
    const made = state.status === 'completed' || (state.status === 'error' && state.progress === 100);
    const linked = made && this.isLinked(report);
    const at = made ? linkMadeAt(state.at, now(), linkSeconds) : state.at;
    const sentence = state.status === 'error' ? state.sentence : undefined;
    return {
      status: state.status,
      status_detail: sentence ?? state.status,
      ...(sentence !== undefined && { error: sentence }),
      status_date: stampUtc(at),
      progress: String(state.progress),
      ...(made && report.kind !== 'audience' && { file_size: reports.fileOf(report).length }),
      ...(linked && { report: linkTo(report, origin, at, this.options) }),
      report_type: report.kind,
    };
  }

  /** A bucket is reached only with its keys: no app here has any saved, so that Kochava falls back to a link. */
  private isLinked({ kind, body }: Report): boolean {
    const [method, ...values] = body.list('delivery_method');
    return kind !== 'audience' && method !== 'SFTP' && !(method === 'S3bucket' && values.length > 0);
  }

  delete({ body, key }: Call): object {
    const report = this.options.reports.find(body.text('token'), key, appOf(body, key));
    if (!report) throw new ReportingRefusal('Report token not found');
    if (this.options.reports.stateOf(report).status !== 'queued') {
      throw new ReportingRefusal('Error the report is not in a state that can be canceled');
    }
    report.deleted = true;
    return { status: 'deleted' };
  }

  tokens({ body, key, origin }: Call): object {
    const found = this.options.reports.latest(key, appOf(body, key), mostOf(body));
    return found.map((report) => ({ report_token: report.token, ...this.stateFields(report, origin) }));
  }

  apps({ key }: Call): object {
    return key.account.apps.map((app) => ({
      status: 'OK',
      guid: app.guid,
      app_name: app.name,
      app_id: String(app.id),
      account_name: `${key.account.name} {${key.account.id}}`,
      platform: app.platform,
    }));
  }

  schedule(kind: ReportKind, { body, key }: Call): object {
    const { schedules } = this.options;
    const app = appOf(body, key);
    const token = body.text('token');
    if (token !== undefined) {
      const schedule = schedules.find(token, key, app);
      if (!schedule) throw new ReportingRefusal('Schedule token not found');
      if (schedule.kind !== kind || !UPDATABLE.includes(kind)) {
        throw new ReportingRefusal('Error the report was not scheduled by this endpoint');
      }
      const notify = body.list('notify');
      if (notify.length === 0) throw invalid('notify');
      schedule.request = { ...schedule.request, notify };
      return { status: 'updated', report_token: token };
    }
    checkContent(kind, body);
    const schedule = schedules.add({ kind, key, app, body, cadence: cadenceOf(body) });
    return { status: kind === 'custom' ? 'queued' : 'scheduled', report_token: schedule.token };
  }

  scheduleProgress({ body, key }: Call): object {
    const schedule = this.scheduleOf(body, key);
    return {
      status: 'scheduled',
      status_date: stampUtc(schedule.createdAt),
      next_scheduled_on: stampUtc(schedule.nextRunAt),
      last_requested_token: schedule.lastToken,
      report_type: schedule.kind,
      report_request: schedule.request,
    };
  }

  scheduleDelete({ body, key }: Call): object {
    this.scheduleOf(body, key).deleted = true;
    return { status: 'Deleted' };
  }

  scheduleTokens({ body, key }: Call): object {
    return this.options.schedules.latest(key, appOf(body, key), mostOf(body)).map((schedule) => ({
      status: 'scheduled',
      report_token: schedule.token,
      status_date: stampUtc(schedule.createdAt),
      next_scheduled_on: stampUtc(schedule.nextRunAt),
      report_type: schedule.kind,
      frequency: schedule.cadence.frequency,
      run_on: String(schedule.cadence.runOn),
    }));
  }

  private scheduleOf(body: ReportingBody, key: ReportingKey): Schedule {
    const schedule = this.options.schedules.find(body.text('token'), key, appOf(body, key));
    if (!schedule) throw new ReportingRefusal('Schedule token not found');
    return schedule;
  }
}

const mostOf = (body: ReportingBody): number => {
  const most = body.number('max_tokens') ?? 10;
  return most > 0 ? most : 10;
};

/** The body of any request, a GET's too, and where it has none its query. */
async function bodyOf(request: FastifyRequest): Promise<ReportingBody> {
  if (typeof request.body === 'string') return ReportingBody.parse(request.body);
  const chunks: Buffer[] = [];
  if (Number(request.headers['content-length'] ?? 0) > 0 && request.method === 'GET') {
    for await (const chunk of request.raw) chunks.push(chunk as Buffer);
  }
  if (chunks.length > 0) return ReportingBody.parse(Buffer.concat(chunks).toString('utf8'));
  return new ReportingBody(request.query as Record<string, unknown>);
}

/** Registers the API under each of its versions, and the files that its links lead to. */
export function kochavaReporting(server: FastifyInstance, options: ReportingOptions): void {
  const api = new ReportingApi(options);
  const valid = (fields: readonly string[]) => () => ({ status: 'OK', valid_fields: fields });
  const endpoints: Record<string, (call: Call) => object> = {
    progress: (call) => api.progress(call),
    delete: (call) => api.delete(call),
    getapps: (call) => api.apps(call),
    tokens: (call) => api.tokens(call),
    'schedule/progress': (call) => api.scheduleProgress(call),
    'schedule/delete': (call) => api.scheduleDelete(call),
    'schedule/tokens': (call) => api.scheduleTokens(call),
    grouping: valid(GROUPINGS),
    filtering: valid(FILTERS),
    timezones: valid(Intl.supportedValuesOf('timeZone')),
    reportcolumns: () => ({ status: 'OK', template_values: [] }),
    templates: () => ({ status: 'OK', template_values: [] }),
  };
  for (const kind of KINDS) {
    endpoints[kind] = (call) => api.create(kind, call);
    endpoints[`schedule/${kind}`] = (call) => api.schedule(kind, call);
  }

  // Bodies come with any Content-Type and with none.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  server.setErrorHandler(async (error, request, reply) => {
    if (!(error instanceof ReportingRefusal)) return reply.code(500).send({ status: 'Error', error: 'Internal error' });
    const words = error.message;
    // Progress answers in lower case and by another name; clients of the API read either.
    if (/\/progress\b/.test(request.url)) return reply.send({ status: 'error', status_detail: words, error: words });
    if (/\/getapps\b/.test(request.url)) return reply.send([{ status: 'Error' }]);
    return reply.send({ status: 'Error', error: words });
  });
  for (const version of VERSIONS) {
    for (const [endpoint, answer] of Object.entries(endpoints)) {
      server.route({
        method: ['GET', 'POST'],
        url: `${version}/${endpoint}`,
        handler: async (request) => {
          options.schedules.catchUp();
          const body = await bodyOf(request);
          return answer({ body, key: keyOf(body), origin: `${request.protocol}://${request.host}${options.prefix}` });
        },
      });
    }
  }
  serveFiles(server, options);
}

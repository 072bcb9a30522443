import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { AdjustUser } from '../adjust/access.js';
import { AnswerCache } from '../adjust/answer-cache.js';
import { limitConcurrency } from '../adjust/concurrency.js';
import { HOUR } from '../world/calendar.js';
import type { World } from '../world/world.js';
import { authenticate, bearerOf } from './access.js';
import { events, filtersData } from './catalogue.js';
import { toCsv, toJson, toPivot } from './documents.js';
import { ReportQuery } from './query.js';
import { invalid, ReportRefusal } from './refusal.js';
import { readReport } from './request.js';
import { answerReport } from './rows.js';

export interface AdjustReportsOptions {
  world: () => World;
  now: () => number;
  /** Requests of one token that may be under way at once; more are answered 429. */
  maxConcurrent: number;
  /** A report without rows is 204 without a body. Otherwise 200 with `rows: []`; CSV is 204 always (FACTS §7, §8). */
  emptyIsNoContent: boolean;
}

/** One request whose caller is known. */
interface Call {
  query: ReportQuery;
  user: AdjustUser;
  world: World;
  /** Start of the hour. */
  now: number;
}

/** Empty text: there is nothing to tell. */
type Answer = (call: Call) => string;

const queryOf = (url: string): string => (url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');

const report =
  (write: (...answered: [...Parameters<typeof toJson>, ReportQuery]) => string, emptyIsNoContent: boolean): Answer =>
  ({ query, user, world, now }) => {
    const request = readReport(query, world, user, now);
    const answer = answerReport(world, request, now);
    return answer.rows.length === 0 && emptyIsNoContent ? '' : write(request, answer, query);
  };

const pivot: Parameters<typeof report>[0] = (request, answer, query) => {
  const index = query.demandedList('index');
  const wrong = index.find((name) => !request.dimensions.includes(name));
  if (wrong !== undefined) throw invalid('index', `'${wrong}' is not one of the dimensions`);
  return toPivot(request, answer, index);
};

const noParquet: Answer = () => {
  throw new ReportRefusal(501, 'service_error', 'This stand-in writes no Parquet: ask /report or /csv_report');
};

/** Adjust's Report Service at `/reports-service`, and where it stood before. */
export function adjustReportService(server: FastifyInstance, options: AdjustReportsOptions): void {
  const cache = new AnswerCache();
  const tooMany = (most: number): ReportRefusal =>
    new ReportRefusal(429, 'request_error', `Too many simultaneous requests: at most ${most}`);
  limitConcurrency(server, options.maxConcurrent, ({ headers }) => bearerOf(headers), tooMany);
  server.setErrorHandler(async (error, _request, reply) => {
    const refusal =
      error instanceof ReportRefusal
        ? error
        : { status: 500, body: { error_code: 'service_error', error_desc: String(error), error_desc_details: null } };
    return reply.code(refusal.status).type('application/json').send(refusal.body);
  });

  const { emptyIsNoContent } = options;
  const endpoints: Readonly<Record<string, Answer>> = {
    report: report(toJson, emptyIsNoContent),
    csv_report: report(toCsv, true),
    pivot_report: report(pivot, emptyIsNoContent),
    parquet_report: noParquet,
    filters_data: ({ query, world, user }) => JSON.stringify(filtersData(query, world, user)),
    events: ({ query, world, user }) => JSON.stringify(events(query, world, user)),
  };
  const answer = async (request: FastifyRequest, reply: FastifyReply, name: string): Promise<FastifyReply> => {
    const user = authenticate(request.headers);
    const [text, world] = [queryOf(request.url), options.world()];
    const now = Math.floor(options.now() / HOUR) * HOUR;
    const call = { query: new ReportQuery(text), user, world, now };
    const body = cache.get(world, [user.token, name, text, now].join(' '), () => endpoints[name]?.(call) ?? '');
    if (body.length === 0) return reply.code(204).send();
    const type = name === 'csv_report' ? 'text/csv; charset=utf-8' : 'application/json';
    return reply.header('content-type', type).send(body);
  };
  for (const prefix of ['/reports-service', '/control-center/reports-service']) {
    for (const name of Object.keys(endpoints)) {
      server.get(`${prefix}/${name}`, (request, reply) => answer(request, reply, name));
    }
  }
}

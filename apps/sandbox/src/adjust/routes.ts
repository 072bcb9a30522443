import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HOUR } from '../world/calendar.js';
import type { Tracker } from '../world/trackers.js';
import type { World } from '../world/world.js';
import type { AdjustUser } from './access.js';
import { authenticate, MONEY_KPI, userTokenOf } from './access.js';
import { AnswerCache } from './answer-cache.js';
import { limitConcurrency } from './concurrency.js';
import { toCsv, toJson } from './document.js';
import { Parameters } from './parameters.js';
import { readPath, readSubject } from './path.js';
import { Refusal } from './refusal.js';
import type { KpiRequest } from './request.js';
import { readRequest } from './request.js';
import { answerRows } from './rows.js';

export interface AdjustOptions {
  /** The world as it is now; another one after a reset. */
  world: () => World;
  now: () => number;
  /** Requests of one user token that may be under way at once; more are answered 429. */
  maxConcurrent: number;
}

function visibleTrackers(world: World, user: AdjustUser): Map<string, Tracker> {
  const apps = [...user.account].flatMap((token) => (user.hiddenApps.has(token) ? [] : (world.apps.get(token) ?? [])));
  return new Map(apps.flatMap((app) => app.trackers.map((tracker) => [tracker.token, tracker])));
}

function checkPermissions(user: AdjustUser, request: KpiRequest): void {
  const asked = [...request.kpis, ...request.eventKpis.map((item) => item.kpi)];
  const hidden = user.withoutMoney ? asked.find((kpi) => MONEY_KPI.test(kpi)) : undefined;
  if (hidden !== undefined) throw new Refusal(403, `No permission for KPI '${hidden}'`);
}

const wantsCsv = (request: FastifyRequest): boolean => /\btext\/csv\b/.test(request.headers.accept ?? '');
const queryOf = (url: string): string => (url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');

/** The Adjust KPI Service: `/kpis/v1` and everything under it. */
export function adjustKpiService(server: FastifyInstance, options: AdjustOptions): void {
  const cache = new AnswerCache();
  limitConcurrency(
    server,
    options.maxConcurrent,
    ({ headers, url }) => userTokenOf(headers, new Parameters(queryOf(url))),
    (most) => new Refusal(429, `Too many simultaneous requests: at most ${most} per user token`),
  );
  server.setErrorHandler(async (error, _request, reply) => {
    const status = error instanceof Refusal ? error.status : 500;
    return reply
      .code(status)
      .type('application/json')
      .send({ error: (error as Error).message });
  });

  const answer = async (request: FastifyRequest, reply: FastifyReply, rest: string): Promise<FastifyReply> => {
    const query = queryOf(request.url);
    const parameters = new Parameters(query);
    const user = authenticate(request.headers, parameters);
    const path = readPath(rest);
    const csv = path.format === undefined ? wantsCsv(request) : path.format === 'csv';
    const world = options.world();
    const now = Math.floor(options.now() / HOUR) * HOUR;
    const body = cache.get(world, [user.token, csv, rest, query, now].join(' '), () => {
      const asked = readRequest(
        readSubject(world, user, path, parameters),
        parameters,
        visibleTrackers(world, user),
        now,
      );
      checkPermissions(user, asked);
      const rows = answerRows(world, asked, now);
      return csv ? toCsv(asked, rows) : toJson(asked, rows);
    });
    // Exactly this, without a charset: the vendor's R client compares the whole value. A Buffer keeps Fastify from adding one.
    return csv
      ? reply.header('content-type', 'text/csv').send(body)
      : reply.header('content-type', 'application/json; charset=utf-8').send(body);
  };
  for (const suffix of ['', '.csv', '.json']) {
    server.get(`/kpis/v1${suffix}`, (request, reply) => answer(request, reply, suffix));
  }
  server.get('/kpis/v1/*', (request, reply) => {
    const path = request.url.split('?', 1)[0] ?? '';
    return answer(request, reply, path.slice(path.indexOf('/kpis/v1') + '/kpis/v1'.length));
  });
}

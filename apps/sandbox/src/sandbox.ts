import type { FastifyReply } from 'fastify';
import { fastify } from 'fastify';
import type { AddressInfo } from 'node:net';
import { adjustKpiService } from './adjust/routes.js';
import { adjustReportService } from './adjust-reports/routes.js';
import type { Controllable } from './control.js';
import { controlRoutes, isControl } from './control.js';
import { kochavaLinks } from './kochava-links/routes.js';
import { LinksStore } from './kochava-links/store.js';
import { kochavaPostbacks } from './kochava-postbacks/routes.js';
import { TriggerStore } from './kochava-postbacks/triggers.js';
import type { ReportingSettings } from './kochava-reporting/stand-in.js';
import { ReportingStandIn } from './kochava-reporting/stand-in.js';
import { misbehave } from './misbehave/misbehave.js';
import type { MisbehaviourRule } from './misbehave/rules.js';
import { MisbehaviourRules } from './misbehave/rules.js';
import { RequestLog } from './request-log.js';
import { growWorld } from './world/world.js';

export interface SandboxOptions {
  /** Default 0: any free port. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Another seed, other numbers; names and tokens stay. Default 1. */
  seed?: number;
  /** Path before the vendors' own, such as `/adjust`. Default none. */
  prefix?: string;
  /** What time it is. Nothing has happened after it. Default: the real time. */
  now?: Date;
  /** Adjust, each service: simultaneous requests per user token; one more is answered 429. Default 50. */
  maxConcurrent?: number;
  /** Whether attributed ad spend has numbers. Default false: all cost KPIs are 0, as the KPI Service answers since 2023. */
  fillsCost?: boolean;
  /** Adjust's Report Service: JSON reports without rows are 204 too, as documented. Default false: `rows: []`, as measured. */
  emptyReportIsNoContent?: boolean;
  /** Kochava Postbacks: how a duplicate is refused; 409 is announced. Default 400. */
  duplicatePostbackStatus?: 400 | 409;
  /** Kochava Reporting: times, sizes and limits of its reports. */
  kochavaReporting?: ReportingSettings;
  /** Requests that the log keeps. Default 1000. */
  logSize?: number;
}

/** A running stand-in for the vendors' APIs. */
export interface Sandbox extends Controllable {
  /** Base URL for the vendors' paths, the prefix included, without a slash at the end. */
  readonly url: string;
  /** Kochava Reporting: the next reports end with this sentence, such as `Internal error`. */
  failNextReport(sentence: string, times?: number): void;
  /** Stops at once; open connections are cut. */
  close(): Promise<void>;
}

/** Starts the stand-in on a port of its own. */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const prefix = (options.prefix ?? '').replace(/\/+$/, '');
  const world = growWorld(options.seed ?? 1, options.fillsCost);
  const log = new RequestLog(options.logSize ?? 1000, isControl);
  const rules = new MisbehaviourRules();
  const triggers = new TriggerStore();
  const links = new LinksStore();
  let now = options.now;
  const reporting = new ReportingStandIn(
    () => world,
    () => handle.now().getTime(),
    options.kochavaReporting,
  );

  const server = fastify({
    forceCloseConnections: true,
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 10_000 },
    // A malformed URL never reaches a route.
    frameworkErrors: (error, _request, reply: FastifyReply) => {
      void reply.code(error.statusCode ?? 400).send({ error: error.message });
    },
  });
  log.watchArrivals(server);
  server.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'Not found' }));
  misbehave(server, rules, isControl);
  log.watchWork(server);

  const handle: Controllable = {
    requests: log.all,
    misbehave: (rule: MisbehaviourRule) => rules.add(rule),
    reset: () => {
      rules.clear();
      log.clear();
      triggers.reset();
      links.reset();
      reporting.reset();
      now = options.now;
    },
    now: () => now ?? new Date(),
    setNow: (instant) => {
      now = instant;
    },
  };
  controlRoutes(server, handle);
  reporting.controlRoutes(server);
  const adjust = {
    world: () => world,
    now: () => handle.now().getTime(),
    maxConcurrent: options.maxConcurrent ?? 50,
    emptyIsNoContent: options.emptyReportIsNoContent ?? false,
  };
  await server.register(async (vendor) => adjustKpiService(vendor, adjust), { prefix });
  await server.register(async (vendor) => adjustReportService(vendor, adjust), { prefix });
  await server.register(async (vendor) => kochavaLinks(vendor, { store: links, now: handle.now }), { prefix });
  const duplicateStatus = options.duplicatePostbackStatus ?? 400;
  await server.register(async (vendor) => kochavaPostbacks(vendor, { triggers, now: handle.now, duplicateStatus }), {
    prefix,
  });
  await server.register(async (vendor) => reporting.routes(vendor, prefix), { prefix });
  await server.listen({ port: options.port ?? 0, host: options.host ?? '127.0.0.1' });
  const { address, port, family } = server.server.address() as AddressInfo;
  const host = family === 'IPv6' ? `[${address}]` : address;
  return {
    ...handle,
    url: `http://${host}:${port}${prefix}`,
    failNextReport: (sentence, times) => reporting.failNext(sentence, times),
    close: () => server.close(),
  };
}

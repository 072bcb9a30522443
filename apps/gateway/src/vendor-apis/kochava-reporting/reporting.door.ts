import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError, type Scope, type TenantContext } from '#libs/domain';
import { type KochavaReportKind, REPORT_KINDS } from '#libs/kochava-reporting';
import type { AskedCall } from '../asked-call.js';
import { type DoorRequest, doorRequest } from '../door-request.js';
import { PassOn, refuseKeysIn } from '../pass-on.js';
import { unmodelled } from '../unmodelled.js';
import { Catalogues, CATALOGUES } from './catalogues.js';
import { ReportWrites } from './report-writes.js';
import { ReportingBody } from './reporting-body.js';
import type { Outcome } from './reporting-call.js';
import { KOCHAVA_REPORTING } from './reporting.dialect.js';
import { ReportingReads } from './reporting-reads.js';
import { ScheduleWrites } from './schedule-writes.js';

type Endpoint = (tenant: TenantContext, body: ReportingBody) => Outcome | Promise<Outcome>;

/** FACTS §2.1: versions in the wild; what they take and answer is the same. */
const VERSION = /^v1\.[1-4]$/i;

/** Words that no path but a modelled one may hold. */
const MODELLED: ReadonlySet<string> = new Set([
  ...REPORT_KINDS,
  ...CATALOGUES,
  'schedule',
  'progress',
  'tokens',
  'getapps',
  'delete',
]);

/** Kochava's Reporting API as its own clients ask it. */
@Injectable()
export class ReportingDoor {
  private readonly reads: ReadonlyMap<string, Endpoint>;
  private readonly writes: ReadonlyMap<string, Endpoint & { scope: Scope }>;

  constructor(
    private readonly passOn: PassOn,
    reads: ReportingReads,
    catalogues: Catalogues,
    reports: ReportWrites,
    schedules: ScheduleWrites,
  ) {
    const read =
      (asked: (tenant: TenantContext, body: ReportingBody) => AskedCall): Endpoint =>
      (tenant, body) => ({ call: asked(tenant, body) });
    const write = (scope: Scope, endpoint: Endpoint) => Object.assign(endpoint, { scope });
    this.reads = new Map<string, Endpoint>([
      ['progress', read((tenant, body) => reads.progress(tenant, body))],
      ['tokens', read((tenant, body) => reads.tokens(tenant, body, 'tokens'))],
      ['schedule/progress', read((tenant, body) => reads.scheduleProgress(tenant, body))],
      ['schedule/tokens', read((tenant, body) => reads.tokens(tenant, body, 'schedule/tokens'))],
      ['getapps', read((tenant) => catalogues.getapps(tenant))],
      ...CATALOGUES.map((name): [string, Endpoint] => [
        name,
        read((tenant, body) => catalogues.catalogue(tenant, body, name)),
      ]),
    ]);
    const ofKind = (kind: KochavaReportKind): [string, Endpoint & { scope: Scope }][] => [
      [kind, write('reports:write', async (tenant, body) => ({ done: await reports.create(tenant, kind, body) }))],
      [`schedule/${kind}`, write('schedules:write', (tenant, body) => schedules.createOrUpdate(tenant, kind, body))],
    ];
    this.writes = new Map([
      ...REPORT_KINDS.flatMap(ofKind),
      ['delete', write('reports:write', (tenant, body) => reports.delete(tenant, body))],
      ['schedule/delete', write('schedules:write', (tenant, body) => schedules.delete(tenant, body))],
    ]);
  }

  /** Answers `request` as Kochava would, with the tenant's credential, of the key's apps alone. */
  async answer(tenant: TenantContext, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const outcome = await this.outcome(tenant, doorRequest(request), ReportingBody.of(request));
    if ('call' in outcome) return this.passOn.answer(reply, tenant, KOCHAVA_REPORTING, outcome.call);
    reply.header('content-type', 'application/json').header('Cache-Control', 'private, no-store');
    await reply.send(Buffer.from(JSON.stringify(outcome.done)));
  }

  private async outcome(tenant: TenantContext, request: DoorRequest, body: ReportingBody): Promise<Outcome> {
    const [first = '', ...rest] = request.segments.filter((segment) => segment !== '');
    const name = (VERSION.test(first) ? rest : [first, ...rest]).join('/').toLowerCase();
    const read = this.reads.get(name);
    if (read) return read(tenant, body);
    const write = this.writes.get(name);
    if (!write) return { call: this.unmodelled(request) };
    if (request.method !== 'POST') throw new GatewayError('BAD_USER_INPUT', 'Send this by POST.', { status: 405 });
    this.passOn.mustAllow(tenant, write.scope);
    refuseKeysIn(KOCHAVA_REPORTING, Object.fromEntries(body.entries()));
    return write(tenant, body);
  }

  private unmodelled(request: DoorRequest): AskedCall {
    const query = request.query.filter(([name]) => name.trim().toLowerCase() !== 'api_key');
    return unmodelled('kochava-reporting', request, query, (path) => path.some((part) => MODELLED.has(part)));
  }
}

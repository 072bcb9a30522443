import { Inject, Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import { GatewayError, type TenantContext, type Vendor, requireScope } from '#libs/domain';
import { AppDirectory, type AppRecord } from '#libs/tenancy';
import type { AppKpiInput, KpiQueryInput } from './kpi.input.js';
import { KpiAnswer } from './kpi-answer.js';
import { AppQuestions } from './app-questions.js';
import { type KpiQuestion, questionOf } from './kpi-question.js';
import { deepFreeze } from '../edge/recent.js';
import type { LineForm } from '../edge/table-lines.js';
import { type KpiLayout, layoutOf } from './kpi-layout.js';
import type { KpiSourceService, SourceReport, SourceRequest, SourceRows, SourceStream } from './kpi-source.js';
import { GivenRows, rowsInTurn } from './row-source.js';
import type { FailedSourcePolicy } from './kpi-words.js';
import { GatewayMetrics } from '../operations/gateway-metrics.js';

export const KPI_SOURCES = Symbol('kpi sources');

/** A whole answer of one source or several, as it streams. */
export interface KpiStream {
  question: KpiQuestion;
  layout: KpiLayout;
  /** Complete when `lines` has ended. */
  reports: SourceReport[];
  lines: (form: LineForm) => AsyncGenerator<string>;
}

/** The KPI room: one question in, rows and where they came from out. */
@Injectable()
export class KpisService {
  private readonly appQuestions = new AppQuestions((tenant, question, appIds) => this.answer(tenant, question, appIds));

  constructor(
    @Inject(KPI_SOURCES) private readonly sources: readonly KpiSourceService[],
    private readonly directory: AppDirectory,
    private readonly audit: AuditLog,
    private readonly metrics: GatewayMetrics,
  ) {}

  /** Scope kpis:read. Without appIds: every app that the key may read. */
  async find(tenant: TenantContext, input: KpiQueryInput): Promise<KpiAnswer> {
    requireScope(tenant, 'kpis:read');
    const question = questionOf(input);
    return this.audited(tenant, question, input.appIds ?? null, async () =>
      settle(await this.answer(tenant, question, input.appIds ?? null), input.onFailedSource),
    );
  }

  /** As `find`, of one app; the same question about many apps of one answer is asked once. Scope kpis:read. */
  async ofApp(tenant: TenantContext, appId: string, input: AppKpiInput): Promise<KpiAnswer> {
    requireScope(tenant, 'kpis:read');
    const question = questionOf(input);
    return this.audited(tenant, question, [appId], async () =>
      settle(await this.appQuestions.ask(tenant, appId, question), input.onFailedSource),
    );
  }

  /** As `find`, for answers of any size. Under ERROR a failed source is thrown; under PARTIAL its rows are missing. */
  async stream(tenant: TenantContext, input: KpiQueryInput, policy: FailedSourcePolicy): Promise<KpiStream> {
    requireScope(tenant, 'kpis:read');
    const question = questionOf(input);
    const appIds = input.appIds ?? null;
    return this.audited(tenant, question, appIds, async () => {
      const request: SourceRequest = { tenant, question, appIds };
      const streams = await Promise.all(this.chosen(question).map((source) => source.stream(request)));
      const reports = streams.map(({ report }) => report);
      this.count(reports);
      try {
        failIfAsked(reports, policy);
      } catch (error) {
        await leaveAll(streams);
        throw error;
      }
      return { question, layout: streams[0]!.layout, reports, lines: (form) => inTurn(streams, form) };
    });
  }

  private async answer(
    tenant: TenantContext,
    question: KpiQuestion,
    appIds: readonly string[] | null,
  ): Promise<KpiAnswer> {
    const request: SourceRequest = { tenant, question, appIds };
    const parts = await Promise.all(this.chosen(question).map((source) => source.read(request)));
    const reports = parts.map(({ report }) => report);
    this.count(reports);
    const ids = new Set(reports.flatMap((report) => report.apps.map((app) => app.id)));
    return new KpiAnswer(
      { tenant, layout: parts[0]!.layout, appsById: once(() => this.appsById(tenant, [...ids])) },
      rowsInTurn(parts.map(({ rows }) => rows)),
      reports,
      once(() => this.totals(tenant, question, appIds)),
    );
  }

  /** One row for each vendor and currency; for metrics that do not add up over apps, one for each app. */
  private async totals(
    tenant: TenantContext,
    question: KpiQuestion,
    appIds: readonly string[] | null,
  ): Promise<KpiAnswer> {
    const whole = await this.answer(tenant, { ...question, groupBy: [] }, appIds);
    const addsUp = whole.reports.every((report) => report.error?.code !== 'UNSUPPORTED');
    const answer = addsUp ? whole : await this.answer(tenant, { ...question, groupBy: ['APP'] }, appIds);
    failIfAsked(answer.reports, 'ERROR');
    return answer;
  }

  private chosen(question: KpiQuestion): KpiSourceService[] {
    const asked = (vendor: Vendor): boolean => !question.vendors || question.vendors.includes(vendor);
    const chosen = this.sources.filter((source) => asked(source.vendor));
    const missing = (question.vendors ?? []).filter((vendor) => !chosen.some((source) => source.vendor === vendor));
    return [...chosen, ...missing.map((vendor) => new AbsentSource(vendor))];
  }

  private async appsById(tenant: TenantContext, ids: string[]): Promise<Map<string, AppRecord>> {
    const apps = await this.directory.byIds(tenant, ids);
    return new Map(apps.flatMap((app) => (app ? [[app.id, app]] : [])));
  }

  private count(reports: readonly SourceReport[]): void {
    for (const report of reports) this.metrics.kpiSource(report.service, report.status);
  }

  private audited<T>(
    tenant: TenantContext,
    question: KpiQuestion,
    appIds: readonly string[] | null,
    work: () => Promise<T>,
  ): Promise<T> {
    const request = auditedRequest(question, appIds);
    return this.audit.around(
      tenant,
      'kpis.read',
      { appId: appIds?.length === 1 ? appIds[0] : undefined, request },
      work,
    );
  }
}

/** What the audit keeps of a question; the same object for the same question about the same apps. */
function auditedRequest(question: KpiQuestion, appIds: readonly string[] | null): object {
  const known = requests.get(question);
  if (known && String(known.appIds) === String(appIds)) return known.request;
  const request = deepFreeze({ ...question, appIds: appIds ?? 'all' });
  requests.set(question, { request, appIds });
  return request;
}

const requests = new WeakMap<KpiQuestion, { request: object; appIds: readonly string[] | null }>();

/** A vendor that is asked for by name, and that this gateway has no KPI service of. */
class AbsentSource implements KpiSourceService {
  readonly service;

  constructor(readonly vendor: Vendor) {
    this.service = vendor === 'ADJUST' ? ('ADJUST_KPI_SERVICE' as const) : ('KOCHAVA_SUMMARY' as const);
  }

  async read({ question }: SourceRequest): Promise<SourceRows> {
    const { vendor, service } = this;
    const error = new GatewayError('UNSUPPORTED', `This gateway has no KPIs of ${vendor}.`, { vendor });
    const report: SourceReport = {
      ...{ vendor, service, error, status: 'UNSUPPORTED', fetchedAt: null, apps: [], currencies: [], warnings: [] },
      ...{ settings: {}, metricNames: [], unsupported: question.metrics.map((metric) => metric as string) },
    };
    return { report, layout: layoutOf(question, [], false), rows: new GivenRows([]) };
  }

  async stream(request: SourceRequest): Promise<SourceStream> {
    return { ...(await this.read(request)), lines: (form) => inTurn([], form) };
  }
}

async function* inTurn(streams: readonly SourceStream[], form: LineForm): AsyncGenerator<string> {
  try {
    for (const stream of streams) yield* stream.lines(form);
  } finally {
    await leaveAll(streams);
  }
}

/** An answer that nobody reads would hold its place among the vendor's concurrent calls. */
const leaveAll = (streams: readonly SourceStream[]): Promise<unknown> =>
  Promise.allSettled(streams.map((stream) => stream.leave?.()));

function settle(answer: KpiAnswer, policy: FailedSourcePolicy): KpiAnswer {
  failIfAsked(answer.reports, policy);
  return answer;
}

/** Under ERROR one failed source fails the answer; a question that no vendor can answer is an error under both. */
function failIfAsked(reports: readonly SourceReport[], policy: FailedSourcePolicy): void {
  const failed = reports.filter((report) => report.error);
  const first = failed.find((report) => report.status !== 'UNSUPPORTED') ?? failed[0];
  const nobodyLeft = failed.length === reports.length && failed.every((report) => report.status === 'UNSUPPORTED');
  if (first?.error && (policy === 'ERROR' || nobodyLeft)) throw first.error;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

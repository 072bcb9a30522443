import { Inject, Injectable } from '@nestjs/common';
import { AuditLog, type AuditTarget } from '#libs/audit';
import { type Awaitable, type TenantContext, requireScope, whenThere } from '#libs/domain';
import { AppDirectory, type AppRecord, TenantChanges } from '#libs/tenancy';
import type { AppKpiInput, KpiQueryInput } from './kpi.input.js';
import type { AnswerFrame } from './answer-frame.js';
import { KpiAnswer } from './kpi-answer.js';
import { AppQuestions } from './app-questions.js';
import { type KpiQuestion, questionOf } from './kpi-question.js';
import { deepFreeze } from '../edge/recent.js';
import type { LineForm } from '../edge/table-lines.js';
import { hasSameColumns, inLayout, type KpiLayout, mergedLayout } from './kpi-layout.js';
import { asked, chosen, failIfAsked, failIfPending, prepared, settle } from './kpi-policy.js';
import type {
  KpiSourceService,
  PreparedSource,
  SourceReport,
  SourceRequest,
  SourceRows,
  SourceStream,
} from './kpi-source.js';
import { rowsInTurn, type RowSource } from './row-source.js';
import { Moment, type StandingQuestion } from './standing-question.js';
import type { FailedSourcePolicy } from './kpi-words.js';
import { GatewayMetrics } from '../operations/gateway-metrics.js';

export const KPI_SOURCES = Symbol('kpi sources');

/** Which apps a question is about, and how long it may take. */
export type About = Pick<KpiQueryInput, 'appIds' | 'waitSeconds'> & Pick<SourceRequest, 'addsUp'>;

/** A whole answer of one source or several, as it streams. */
export interface KpiStream {
  question: KpiQuestion;
  layout: KpiLayout;
  /** Complete when `lines` has ended. */
  reports: SourceReport[];
  /** The rows, where they are all here already: no more are made of `lines` then. */
  rows?: RowSource;
  lines: (form: LineForm) => AsyncGenerator<string | Buffer>;
  /** Ends the sources where `lines` will not be read; harmless where they were. */
  leave: () => Promise<unknown>;
}

/** The KPI room: one question in, rows and where they came from out. */
@Injectable()
export class KpisService {
  private readonly appQuestions = new AppQuestions((tenant, question, about) => this.answer(tenant, question, about));

  constructor(
    @Inject(KPI_SOURCES) private readonly sources: readonly KpiSourceService[],
    private readonly directory: AppDirectory,
    private readonly audit: AuditLog,
    private readonly metrics: GatewayMetrics,
    private readonly changes: TenantChanges,
  ) {}

  /** Scope kpis:read. Without appIds: every app that the key may read. */
  find(tenant: TenantContext, input: KpiQueryInput): Awaitable<KpiAnswer> {
    requireScope(tenant, 'kpis:read');
    const question = questionOf(input);
    return this.audited(tenant, question, input.appIds ?? null, () =>
      whenThere(this.answer(tenant, question, input), (answer) => settle(answer, input.onFailedSource)),
    );
  }

  /**
   * As `find`, for the key that `last` was made for: where nothing else has come than then, when it was fetched. How an
   * answer is noted, and who may ask, are as ever.
   */
  findAgain(
    tenant: TenantContext,
    input: KpiQueryInput,
    last: StandingQuestion | undefined,
  ): Awaitable<KpiAnswer | Date> {
    if (!last?.moment.lasts) return this.find(tenant, input);
    requireScope(tenant, 'kpis:read');
    const told = (part: SourceRows | Date): KpiAnswer | Date => {
      // In the same moment: however often other numbers come, what they are of is looked up again when it is over.
      if (!(part instanceof Date))
        return settle(this.answerOf(tenant, last.question, input, [part], last.moment), input.onFailedSource);
      this.count(last.parts);
      return part;
    };
    return this.audit.aroundRead(tenant, 'kpis.read', last.target, () => whenThere(last.renew(tenant), told));
  }

  /** What `findAgain` takes. Undefined: this answer has to be asked for as a whole. */
  standing({ question, reports, renewal }: KpiAnswer, { appIds }: KpiQueryInput): StandingQuestion | undefined {
    if (!renewal) return undefined;
    const parts = reports.map((report) => ({ report }));
    return { question, target: auditedTarget(question, appIds ?? null), parts, ...renewal };
  }

  /** As `find`, of one app; the same question about many apps of one answer is asked once. Scope kpis:read. */
  async ofApp(tenant: TenantContext, appId: string, input: AppKpiInput): Promise<KpiAnswer> {
    requireScope(tenant, 'kpis:read');
    const question = questionOf(input);
    return this.audited(tenant, question, [appId], async () =>
      settle(await this.appQuestions.ask(tenant, appId, question, input.waitSeconds), input.onFailedSource),
    );
  }

  /** As `find`, for answers of any size. Under ERROR a failed source is thrown; under PARTIAL its rows are missing. */
  async stream(tenant: TenantContext, input: KpiQueryInput, policy: FailedSourcePolicy): Promise<KpiStream> {
    requireScope(tenant, 'kpis:read');
    const question = questionOf(input);
    const appIds = input.appIds ?? null;
    return this.audited(tenant, question, appIds, async () => {
      const streams = await this.open(tenant, question, input);
      const reports = streams.map(({ report }) => report);
      try {
        failIfAsked(reports, question, policy);
        failIfPending(reports);
      } catch (error) {
        await leaveAll(streams);
        throw error;
      }
      const layout = mergedLayout(streams.map((stream) => stream.layout));
      return {
        question,
        layout,
        reports,
        rows: streams.every(isWhole) ? rowsInTurn(streams, layout) : undefined,
        lines: (form) => linesInTurn(streams, layout, form),
        leave: () => leaveAll(streams),
      };
    });
  }

  /** The sources' own streams. Whoever opens them reads or leaves each. */
  async open(tenant: TenantContext, question: KpiQuestion, about: About): Promise<SourceStream[]> {
    const request = requestOf(tenant, question, about);
    const opening = (await this.asked(request)).map((source) => source.stream());
    try {
      const streams = await Promise.all(opening);
      this.count(streams);
      return streams;
    } catch (error) {
      // The others may open yet, and nobody will read them.
      for (const one of opening) one.then((stream) => stream.leave?.()).catch(() => undefined);
      throw error;
    }
  }

  /** All are heard first, or one is asked for what another refuses. Those that are no part of the question are left out. */
  private asked(request: SourceRequest): readonly PreparedSource[] | Promise<readonly PreparedSource[]> {
    const { question } = request;
    const parts = prepared(chosen(this.sources, question), request);
    return parts instanceof Promise ? parts.then((all) => asked(question, all)) : asked(question, parts);
  }

  private answer(tenant: TenantContext, question: KpiQuestion, about: About): Awaitable<KpiAnswer> {
    const moment = new Moment(this.changes, tenant.tenantId);
    return whenThere(this.asked(requestOf(tenant, question, about)), (sources) => {
      const parts = sources.map((source) => source.read());
      const made = (all: readonly SourceRows[]): KpiAnswer => this.answerOf(tenant, question, about, all, moment);
      return parts.length === 1 ? whenThere(parts[0]!, (part) => made([part])) : Promise.all(parts).then(made);
    });
  }

  private answerOf(
    tenant: TenantContext,
    question: KpiQuestion,
    about: About,
    parts: readonly SourceRows[],
    moment: Moment,
  ): KpiAnswer {
    this.count(parts);
    const renew = parts.length === 1 ? parts[0]!.renew : undefined;
    const frame = this.frame(tenant, question, parts);
    const reports = parts.map(({ report }) => report);
    return new KpiAnswer(
      frame,
      rowsInTurn(parts, frame.layout),
      reports,
      once(() => this.totals(tenant, ofTheSame(question, reports), { ...about, waitSeconds: 0 })),
      renew && { renew, moment },
    );
  }

  /** What the rows and sources of an answer made of `parts` share. */
  frame(
    tenant: TenantContext,
    question: KpiQuestion,
    parts: readonly Pick<SourceStream, 'report' | 'layout'>[],
  ): AnswerFrame {
    const ids = (): Set<string> => new Set(parts.flatMap(({ report }) => report.apps.map((app) => app.id)));
    const layout = mergedLayout(parts.map((part) => part.layout));
    return { tenant, question, layout, appsById: once(() => this.appsById(tenant, [...ids()])) };
  }

  /** One row for each vendor and currency; for metrics that do not add up over apps, one for each app. */
  private async totals(tenant: TenantContext, question: KpiQuestion, about: About): Promise<KpiAnswer> {
    const whole = await this.answer(tenant, { ...question, groupBy: [] }, about);
    const addsUp = whole.reports.every((report) => report.error?.code !== 'UNSUPPORTED');
    const answer = addsUp ? whole : await this.answer(tenant, { ...question, groupBy: ['APP'] }, about);
    failIfAsked(answer.reports, question, 'ERROR');
    return answer;
  }

  private async appsById(tenant: TenantContext, ids: string[]): Promise<Map<string, AppRecord>> {
    const apps = await this.directory.byIds(tenant, ids);
    return new Map(apps.flatMap((app) => (app ? [[app.id, app]] : [])));
  }

  private count(parts: readonly { report: SourceReport }[]): void {
    for (const { report } of parts) this.metrics.kpiSource(report.service, report.status);
  }

  private audited<T>(
    tenant: TenantContext,
    question: KpiQuestion,
    appIds: readonly string[] | null,
    work: () => Awaitable<T>,
  ): Awaitable<T> {
    return this.audit.aroundRead(tenant, 'kpis.read', auditedTarget(question, appIds), work);
  }
}

/** `question` for those who answered it: what has failed says so in `sources`, and must not fail the others' totals. */
function ofTheSame(question: KpiQuestion, reports: readonly SourceReport[]): KpiQuestion {
  const vendors = reports.flatMap(({ vendor, error, status }) => (error || status === 'PENDING' ? [] : [vendor]));
  return vendors.length === 0 ? question : { ...question, vendors };
}

const auditedTarget = (question: KpiQuestion, appIds: readonly string[] | null): AuditTarget => ({
  appId: appIds?.length === 1 ? appIds[0] : undefined,
  request: auditedRequest(question, appIds),
});

/** What the audit keeps of a question; the same object for the same question about the same apps. */
function auditedRequest(question: KpiQuestion, appIds: readonly string[] | null): object {
  const known = requests.get(question);
  if (known && String(known.appIds) === String(appIds)) return known.request;
  const request = deepFreeze({ ...question, appIds: appIds ?? 'all' });
  requests.set(question, { request, appIds });
  return request;
}

const requests = new WeakMap<KpiQuestion, { request: object; appIds: readonly string[] | null }>();

const requestOf = (
  tenant: TenantContext,
  question: KpiQuestion,
  { appIds, waitSeconds, addsUp = false }: About,
): SourceRequest => ({
  tenant,
  question,
  appIds: appIds ?? null,
  waitSeconds,
  addsUp,
});

const isWhole = (stream: SourceStream): stream is SourceStream & SourceRows => stream.rows !== undefined;

async function* linesInTurn(
  streams: readonly SourceStream[],
  layout: KpiLayout,
  form: LineForm,
): AsyncGenerator<string | Buffer> {
  try {
    for (const stream of streams) {
      if (hasSameColumns(stream.layout, layout)) yield* stream.lines(form);
      else {
        const made = inLayout(stream.layout, layout);
        for await (const batch of stream.batches()) yield batch.map((cells) => form.line(made(cells))).join('');
      }
    }
  } finally {
    await leaveAll(streams);
  }
}

/** An answer that nobody reads would hold its place among the vendor's concurrent calls. */
export const leaveAll = (streams: readonly SourceStream[]): Promise<unknown> =>
  Promise.allSettled(streams.map((stream) => stream.leave?.()));

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}

import { Injectable } from '@nestjs/common';
import { ADJUST_KPIS, type AdjustKpiTable } from '#libs/adjust-kpi';
import type { Awaitable, TenantContext } from '#libs/domain';
import { AppDirectory, NetworkAliases, type NetworkNames, type OpenedApps } from '#libs/tenancy';
import { Restatement } from '../vendor-reads/restatement.js';
import type { ReadAnswer } from '../vendor-reads/vendor-reads.js';
import { AdjustAnswers, lengthOf, type OpenedAnswer, type WholeAnswer } from './adjust-answers.js';
import { type AdjustPlan, planForAdjust, restatedBy, unsupportedDimensions } from './adjust-plan.js';
import { describePlan, newReport } from './adjust-report.js';
import { type AdjustNames, type AdjustRowSource, AdjustTable } from './adjust-table.js';
import { warningOfDaysAhead } from './days-begun.js';
import { KnownTables, MOST_ROWS_KNOWN } from './known-tables.js';
import { deepFreeze } from '../edge/recent.js';
import { type KpiLayout, layoutOf } from './kpi-layout.js';
import type { KpiQuestion } from './kpi-question.js';
import { ownReport, Preparations, whenBoth } from './preparations.js';
import { GivenRows } from './row-source.js';
import { asStream } from './kpi-source.js';
import type {
  KpiSourceService,
  PreparedSource,
  Renewal,
  SourceReport,
  SourceRequest,
  SourceRows,
  SourceStream,
} from './kpi-source.js';
import { warnOfNoMatch } from './no-match.js';
import { failSource, refuseSource } from './source-failure.js';

/** What a question comes to at Adjust, before anything is asked. No plan: the report says why. */
interface Prepared extends AdjustNames {
  report: SourceReport;
  plan?: AdjustPlan;
}

/** Adjust's KPI Service as a source of the unified model. */
@Injectable()
export class AdjustSource implements KpiSourceService {
  readonly vendor = 'ADJUST';
  readonly service = 'ADJUST_KPI_SERVICE';

  private readonly preparations = new Preparations(prepareAnew);

  constructor(
    private readonly answers: AdjustAnswers,
    private readonly directory: AppDirectory,
    private readonly aliases: NetworkAliases,
    private readonly restatement: Restatement,
  ) {}

  prepare(request: SourceRequest): PreparedSource | Promise<PreparedSource> {
    const { tenant, question, appIds } = request;
    return whenBoth(
      this.directory.open(tenant, appIds, 'adjust'),
      this.aliases.of(tenant.tenantId, 'ADJUST'),
      (opened, names): PreparedSource => {
        const shared = this.preparations.of(question, opened, names);
        return {
          report: shared.report,
          read: () => this.read(tenant, question, shared),
          stream: () => this.stream(request, this.own(shared, question)),
        };
      },
    );
  }

  private read(tenant: TenantContext, question: KpiQuestion, shared: Prepared): Awaitable<SourceRows> {
    const { plan } = shared;
    if (!plan) return withoutRows(this.own(shared, question), question);
    return this.ask(tenant, question, shared, plan, (answer) => this.made(question, shared, plan, answer));
  }

  private ask<T>(
    tenant: TenantContext,
    question: KpiQuestion,
    shared: Prepared,
    plan: AdjustPlan,
    make: (answer: ReadAnswer<WholeAnswer>) => T,
  ): Awaitable<SourceRows | T> {
    const failed = (error: unknown): SourceRows => {
      const own = this.own(shared, question);
      failSource(own.report, error);
      return withoutRows(own, question);
    };
    const came = (answer: ReadAnswer<WholeAnswer>): SourceRows | T => {
      try {
        return make(answer);
      } catch (error) {
        return failed(error);
      }
    };
    try {
      const answer = this.answers.whole(tenant, plan);
      return answer instanceof Promise ? answer.then(came, failed) : came(answer);
    } catch (error) {
      return failed(error);
    }
  }

  private made(question: KpiQuestion, shared: Prepared, plan: AdjustPlan, answer: ReadAnswer<WholeAnswer>): SourceRows {
    const rows = wholeAnswer(question, this.own(shared, question), plan, answer);
    return { ...rows, renew: this.renewalOf(question, shared, plan, answer) };
  }

  /** Made here: functions hold all that any one beside them holds. */
  private renewalOf(
    question: KpiQuestion,
    shared: Prepared,
    plan: AdjustPlan,
    last: ReadAnswer<WholeAnswer>,
  ): Renewal | undefined {
    // What stands in for a vendor that is down says why, each time.
    if (last.failure) return undefined;
    const { value, status } = last;
    const make = (answer: ReadAnswer<WholeAnswer>): SourceRows | Date => {
      const isSame = answer.value.table === value.table && answer.status === status;
      return isSame ? answer.fetchedAt : this.made(question, shared, plan, answer);
    };
    return (tenant) => this.ask(tenant, question, shared, plan, make);
  }

  private async stream(request: SourceRequest, prepared: Prepared): Promise<SourceStream> {
    const { report, plan } = prepared;
    if (plan) {
      try {
        return streamOf(request, prepared, plan, await this.answers.open(request.tenant, plan));
      } catch (error) {
        failSource(report, error);
      }
    }
    return asStream(withoutRows(prepared, request.question));
  }

  private own(shared: Prepared, question: KpiQuestion): Prepared {
    const report = ownReport(shared.report);
    const restated = shared.plan && this.restatement.warning(restatedBy(shared.plan), 'Adjust');
    if (restated) report.warnings.push(restated);
    const ahead = shared.plan && warningOfDaysAhead(question, 'Adjust');
    if (ahead) report.warnings.push(ahead);
    return { ...shared, report };
  }
}

function prepareAnew(question: KpiQuestion, { opened: apps, nameless }: OpenedApps, names: NetworkNames): Prepared {
  const report = newReport(
    question,
    apps,
    nameless.map((app) => app.name),
  );
  report.unsupported = unsupportedDimensions(question);
  if (report.unsupported.length > 0) refuseSource(report, `Adjust does not tell ${report.unsupported.join(', ')}.`);
  else if (apps.length === 0) refuseSource(report, 'None of these apps has an Adjust token.');
  if (report.error) return { report, apps, names };
  try {
    const plan = planForAdjust({ question, apps, networkNames: (name) => names.vendorNames(name) });
    // The same object each time the question is asked: what was learned of its answers is kept by it.
    deepFreeze(plan.query);
    describePlan(report, question, plan);
    return { report, apps, names, plan };
  } catch (error) {
    failSource(report, error);
    return { report, apps, names };
  }
}

const withoutRows = ({ report }: Prepared, question: KpiQuestion): SourceRows => ({
  report,
  layout: emptyLayout(question),
  rows: new GivenRows([]),
});

function wholeAnswer(
  question: KpiQuestion,
  prepared: Prepared,
  plan: AdjustPlan,
  answer: ReadAnswer<WholeAnswer>,
): SourceRows {
  const { report } = prepared;
  const { layout, rows } = rowsOf(question, prepared, plan, answer.value);
  noteFreshness(report, answer);
  report.currencies = rows.currencies;
  // Rows are dropped here for the names that they lack, and for nothing else.
  if (rows.count === 0 && lengthOf(answer.value.table.batches) > 0) warnOfNoMatch(report, question);
  return { report, layout, rows };
}

const tables = new KnownTables();

interface MadeRows {
  readonly plan: AdjustPlan;
  readonly layout: KpiLayout;
  readonly rows: AdjustRowSource;
}

/** What was made of answers that are kept, or came again unchanged. */
const madeOf = new WeakMap<AdjustKpiTable, MadeRows>();

/** Small answers are made into rows once for each question: dashboards ask the same all day. */
function rowsOf(question: KpiQuestion, prepared: Prepared, plan: AdjustPlan, { table }: WholeAnswer): MadeRows {
  const known = madeOf.get(table);
  if (known?.plan === plan) return known;
  const all = tables.of(question, prepared, plan, table, lengthOf(table.batches));
  const made = { plan, layout: all.layout, rows: all.rows(table.batches) };
  if (made.rows.count <= MOST_ROWS_KNOWN) madeOf.set(table, made);
  return made;
}

function streamOf(
  request: SourceRequest,
  prepared: Prepared,
  plan: AdjustPlan,
  answer: ReadAnswer<OpenedAnswer>,
): SourceStream {
  const { report } = prepared;
  const { value } = answer;
  if ('table' in value) return asStream(wholeAnswer(request.question, prepared, plan, { ...answer, value }));
  noteFreshness(report, answer);
  const { large } = value;
  const { question } = request;
  const table = new AdjustTable(question, prepared, plan, large.stream);
  const told = <T>(parts: AsyncGenerator<T>): AsyncGenerator<T> =>
    plan.rowFilters.length > 0 ? orElse(parts, () => warnOfNoMatch(report, question)) : parts;
  return {
    report,
    layout: table.layout,
    lines: (form) => told(table.lines(large.rows(), form, report)),
    batches: () => told(table.batches(large.rows(), report)),
    leave: async () => void (await large.leave()),
  };
}

/** The same; `none` is called where it ends without any. */
async function* orElse<T>(parts: AsyncGenerator<T>, none: () => void): AsyncGenerator<T> {
  let isEmpty = true;
  for await (const part of parts) {
    isEmpty = false;
    yield part;
  }
  if (isEmpty) none();
}

function noteFreshness(report: SourceReport, answer: ReadAnswer<unknown>): void {
  report.status = answer.status;
  report.fetchedAt = answer.fetchedAt;
  if (answer.failure)
    report.warnings.push(`Adjust does not answer now (${answer.failure.code}): these numbers are older.`);
}

/** The columns of an answer without rows: the vendor's own metrics under the names they were asked by. */
function emptyLayout(question: KpiQuestion): KpiLayout {
  const own = question.vendorMetrics.filter(({ vendor }) => vendor === 'ADJUST').map(({ name }) => name);
  return layoutOf(
    question,
    own,
    own.some((name) => ADJUST_KPIS.get(name)?.unit === 'money'),
  );
}

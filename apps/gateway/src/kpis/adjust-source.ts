import { Injectable } from '@nestjs/common';
import {
  ADJUST_KPIS,
  type AdjustKpiAnswer,
  type AdjustKpiHead,
  type AdjustKpiStream,
  parseEventKpi,
  rowsOf,
} from '#libs/adjust-kpi';
import { AppDirectory, NetworkAliases, type NetworkNames, type OpenedApp } from '#libs/tenancy';
import { type LineForm, linesOf } from '../edge/table-lines.js';
import type { ReadAnswer } from '../vendor-reads/vendor-reads.js';
import { AdjustAnswers, type OpenedAnswer } from './adjust-answers.js';
import { type AdjustPlan, planForAdjust, unsupportedDimensions } from './adjust-plan.js';
import { describePlan, failSource, newReport, refuseSource } from './adjust-report.js';
import { pastedLines } from './adjust-paste.js';
import { AdjustRows, ownColumns } from './adjust-rows.js';
import { type KpiCells, type KpiLayout, layoutOf } from './kpi-layout.js';
import type { KpiQuestion } from './kpi-question.js';
import type { KpiSourceService, SourceReport, SourceRequest, SourceRows, SourceStream } from './kpi-source.js';

/** What a question comes to at Adjust, before anything is asked. No plan: the report says why. */
interface Prepared {
  report: SourceReport;
  apps: readonly OpenedApp[];
  names: NetworkNames;
  plan?: AdjustPlan;
}

/** Adjust's KPI Service as a source of the unified model. */
@Injectable()
export class AdjustSource implements KpiSourceService {
  readonly vendor = 'ADJUST';
  readonly service = 'ADJUST_KPI_SERVICE';

  constructor(
    private readonly answers: AdjustAnswers,
    private readonly directory: AppDirectory,
    private readonly aliases: NetworkAliases,
  ) {}

  async read(request: SourceRequest): Promise<SourceRows> {
    const prepared = await this.prepare(request);
    const { report, plan } = prepared;
    if (plan) {
      try {
        return wholeAnswer(request, prepared, plan, await this.answers.whole(request.tenant, plan));
      } catch (error) {
        failSource(report, error);
      }
    }
    return { report, layout: emptyLayout(request.question), rows: [] };
  }

  async stream(request: SourceRequest): Promise<SourceStream> {
    const prepared = await this.prepare(request);
    const { report, plan } = prepared;
    // Which columns `all_…` becomes is known to the whole answer only.
    if (plan && !plan.ownMetrics.some((name) => parseEventKpi(name)?.token === 'all')) {
      try {
        return streamOf(request, prepared, plan, await this.answers.open(request.tenant, plan));
      } catch (error) {
        failSource(report, error);
      }
    }
    return asStream(
      plan && !report.error ? await this.read(request) : { report, layout: emptyLayout(request.question), rows: [] },
    );
  }

  private async prepare({ tenant, question, appIds }: SourceRequest): Promise<Prepared> {
    const [{ opened: apps, nameless }, names] = await Promise.all([
      this.directory.open(tenant, appIds, 'adjust'),
      this.aliases.of(tenant.tenantId, 'ADJUST'),
    ]);
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
      describePlan(report, question, plan);
      return { report, apps, names, plan };
    } catch (error) {
      failSource(report, error);
      return { report, apps, names };
    }
  }
}

function wholeAnswer(
  request: SourceRequest,
  prepared: Prepared,
  plan: AdjustPlan,
  answer: ReadAnswer<AdjustKpiAnswer>,
): SourceRows {
  const { report } = prepared;
  const { layout, maker } = rowMaker(request, prepared, plan, answer.value);
  const rows: KpiCells[] = [];
  for (const row of answer.value.rows) for (const made of maker.add(row)) rows.push(made);
  for (const made of maker.end()) rows.push(made);
  report.currencies = [...maker.currencies].sort();
  noteFreshness(report, answer);
  return { report, layout, rows };
}

function streamOf(
  request: SourceRequest,
  prepared: Prepared,
  plan: AdjustPlan,
  answer: ReadAnswer<OpenedAnswer>,
): SourceStream {
  const { report } = prepared;
  const { value } = answer;
  noteFreshness(report, answer);
  if ('whole' in value) return asStream(wholeAnswer(request, prepared, plan, { ...answer, value: value.whole }));
  const source =
    'large' in value
      ? { ...value.large.stream, rows: value.large.rows() }
      : { ...value.stream, rows: inOrder(value.batches) };
  const { layout, maker } = rowMaker(request, prepared, plan, source);
  const lines = (form: LineForm): AsyncGenerator<string> =>
    maker.pastes
      ? pastedLines({ stream: source, plan, layout, rows: maker }, form)
      : linesOf(batchesOf(source, maker))(form);
  const leave = async (): Promise<void> => void ('large' in value && (await value.large.leave()));
  return { report, layout, lines: (form) => thenReport(lines(form), maker, report), leave };
}

function noteFreshness(report: SourceReport, answer: ReadAnswer<unknown>): void {
  report.status = answer.status;
  report.fetchedAt = answer.fetchedAt;
  if (answer.failure)
    report.warnings.push(`Adjust does not answer now (${answer.failure.code}): these numbers are older.`);
}

async function* inOrder<T>(batches: readonly T[]): AsyncGenerator<T> {
  yield* batches;
}

function rowMaker({ question }: SourceRequest, { apps, names }: Prepared, plan: AdjustPlan, head: AdjustKpiHead) {
  const layout = layoutOf(question, ownColumns(plan, head), plan.money);
  const maker = new AdjustRows({
    plan,
    head,
    layout,
    apps: new Map(apps.map((app) => [app.upstreamName, app])),
    canonicalNetwork: (name) => names.canonical(name),
    utcOffset: question.utcOffset,
  });
  return { layout, maker };
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

async function* asBatches(rows: KpiCells[]): AsyncGenerator<KpiCells[]> {
  for (let from = 0; from < rows.length; from += 1000) yield rows.slice(from, from + 1000);
}

const asStream = ({ rows, ...rest }: SourceRows): SourceStream => ({ ...rest, lines: linesOf(asBatches(rows)) });

async function* thenReport(
  lines: AsyncIterable<string>,
  maker: AdjustRows,
  report: SourceReport,
): AsyncGenerator<string> {
  yield* lines;
  report.currencies = [...maker.currencies].sort();
}

async function* batchesOf(stream: AdjustKpiStream, maker: AdjustRows): AsyncGenerator<KpiCells[]> {
  for await (const batch of stream.rows) {
    const made: KpiCells[] = [];
    for (const row of rowsOf(batch, stream, stream.app)) made.push(...maker.add(row));
    if (made.length > 0) yield made;
  }
  const last = maker.end();
  if (last.length > 0) yield last;
}

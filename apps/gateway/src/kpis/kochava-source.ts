import { Injectable } from '@nestjs/common';
import { SUMMARY_COUNTERS } from '#libs/kochava-reporting';
import { AppDirectory, NetworkAliases, type NetworkNames, type OpenedApps } from '#libs/tenancy';
import { GoneFile } from '../reports/report-links.js';
import { Restatement } from '../vendor-reads/restatement.js';
import { warningOfDaysAhead } from './days-begun.js';
import type { KeyedRow } from './gathered-row.js';
import { cellsOf } from './kochava-cells.js';
import { inWords, type KochavaPlan, planForKochava, unsupportedParts } from './kochava-plan.js';
import { describeColumns, describeKochavaPlan, describeSummaries, newKochavaReport } from './kochava-report.js';
import { KochavaSummaries } from './kochava-summaries.js';
import { KochavaTables, type SummaryTable } from './kochava-tables.js';
import { type KpiCells, type KpiLayout, layoutOf } from './kpi-layout.js';
import type { KpiQuestion } from './kpi-question.js';
import { asStream } from './kpi-source.js';
import type {
  KpiSourceService,
  PreparedSource,
  SourceReport,
  SourceRequest,
  SourceRows,
  SourceStream,
} from './kpi-source.js';
import { warnOfNoMatch } from './no-match.js';
import { ownReport, Preparations, whenBoth } from './preparations.js';
import { GivenRows } from './row-source.js';
import { failSource, refuseSource } from './source-failure.js';

/** What a question comes to at Kochava, before anything is asked. No plan: the report says why. */
interface Prepared {
  report: SourceReport;
  layout: KpiLayout;
  names: NetworkNames;
  plan?: KochavaPlan;
}

/** Kochava's summary reports as a source of the unified model. */
@Injectable()
export class KochavaSource implements KpiSourceService {
  readonly vendor = 'KOCHAVA';
  readonly service = 'KOCHAVA_SUMMARY';

  private readonly preparations = new Preparations(prepareAnew);

  constructor(
    private readonly summaries: KochavaSummaries,
    private readonly tables: KochavaTables,
    private readonly directory: AppDirectory,
    private readonly aliases: NetworkAliases,
    private readonly restatement: Restatement,
  ) {}

  prepare(request: SourceRequest): PreparedSource | Promise<PreparedSource> {
    const { tenant, question, appIds } = request;
    return whenBoth(
      this.directory.open(tenant, appIds, 'kochava-reporting'),
      this.aliases.of(tenant.tenantId, 'KOCHAVA'),
      (opened, names): PreparedSource => {
        const shared = this.preparations.of(question, opened, names);
        return {
          report: shared.report,
          read: () => this.read(request, own(shared)),
          stream: () => this.stream(request, own(shared)),
        };
      },
    );
  }

  private async read(request: SourceRequest, prepared: Prepared): Promise<SourceRows> {
    const { report, layout, plan } = prepared;
    const table = plan && (await this.tableOf(request, prepared, plan));
    if (!table) return { report, layout, rows: new GivenRows([]) };
    const cells: KpiCells[] = [];
    for await (const rows of made(table, cellsOf(plan, layout), report)) for (const row of rows) cells.push(row);
    return { report, layout, rows: new GivenRows(cells) };
  }

  private async stream(request: SourceRequest, prepared: Prepared): Promise<SourceStream> {
    const { report, layout, plan } = prepared;
    const table = plan && (await this.tableOf(request, prepared, plan));
    if (!table?.rest) {
      const cells = table ? table.first.map(cellsOf(plan!, layout)) : [];
      return asStream({ report, layout, rows: new GivenRows(cells) });
    }
    const { rest, stop } = table;
    const batches = (): AsyncGenerator<KpiCells[]> => made(table, cellsOf(plan!, layout), report);
    return {
      report,
      layout,
      batches,
      async *lines(form) {
        for await (const cells of batches()) yield cells.map((row) => form.line(row)).join('');
      },
      leave: async () => {
        stop?.();
        // A read that fails because it was ended fails nobody.
        await rest.return(undefined).catch(() => undefined);
      },
    };
  }

  /** Undefined where there are no rows; the report says why. */
  private async tableOf(
    request: SourceRequest,
    prepared: Prepared,
    plan: KochavaPlan,
  ): Promise<SummaryTable | undefined> {
    const { report } = prepared;
    const warnings = [...report.warnings];
    const end = Date.now() + 1000 * request.waitSeconds;
    for (let gone = 0; ; gone++) {
      try {
        const waitSeconds = Math.max(0, end - Date.now()) / 1000;
        return await this.readTable({ ...request, waitSeconds }, prepared, plan);
      } catch (error) {
        if (error instanceof GoneFile && gone < report.apps.length) {
          // A report whose file Kochava has let go of is not found a second time: another is asked for.
          report.warnings = [...warnings];
          continue;
        }
        failSource(report, error);
        return undefined;
      }
    }
  }

  private async readTable(
    { tenant, question, waitSeconds, addsUp = false }: SourceRequest,
    { report, names }: Prepared,
    plan: KochavaPlan,
  ): Promise<SummaryTable | undefined> {
    const restated = { from: question.from, to: question.to, readsCost: plan.readsCost };
    const found = await this.summaries.find(tenant, {
      plan,
      apps: report.apps as SourceApps,
      changesUntil: this.restatement.changesUntil(restated),
      waitSeconds,
    });
    describeSummaries(report, found);
    if (found.status === 'PENDING') return undefined;
    const table = await this.tables.read(tenant, { question, plan, names, found, addsUp });
    if (!table.rest) describeColumns(report, table.seen.unknown);
    if (!table.rest && table.first.length === 0 && table.seen.otherNames) warnOfNoMatch(report, question);
    for (const warning of [this.restatement.warning(restated, 'Kochava'), warningOfDaysAhead(question, 'Kochava')]) {
      if (warning) report.warnings.push(warning);
    }
    return table;
  }
}

const own = (shared: Prepared): Prepared => ({ ...shared, report: ownReport(shared.report) });

function prepareAnew(question: KpiQuestion, opened: OpenedApps, names: NetworkNames): Prepared {
  const report = newKochavaReport(question, opened);
  const layout = layoutFor(question);
  report.unsupported = unsupportedParts(question);
  if (report.unsupported.length > 0) {
    refuseSource(report, `Kochava’s summaries can not be asked for ${inWords(report.unsupported)}.`);
    return { report, layout, names };
  }
  const plan = planForKochava(question, (name) => names.vendorNames(name));
  describeKochavaPlan(report, question, plan);
  if (plan.counters.length === 0) {
    const missing = plan.unsupported.join(', ');
    refuseSource(report, missing ? `Kochava has no ${missing}.` : 'None of these metrics is Kochava’s.');
  } else if (opened.opened.length === 0) refuseSource(report, 'None of these apps has a Kochava guid.');
  return report.error ? { report, layout, names } : { report, layout, names, plan };
}

type SourceApps = Parameters<KochavaSummaries['find']>[1]['apps'];

function layoutFor(question: KpiQuestion): KpiLayout {
  const own = question.vendorMetrics.filter(({ vendor }) => vendor === 'KOCHAVA').map(({ name }) => name);
  return layoutOf(
    question,
    own,
    own.some((name) => SUMMARY_COUNTERS.get(name)?.money ?? false),
  );
}

async function* made(
  { first, rest, seen }: SummaryTable,
  cells: (row: KeyedRow) => KpiCells,
  report: SourceReport,
): AsyncGenerator<KpiCells[]> {
  try {
    yield first.map(cells);
    if (!rest) return;
    for await (const rows of rest) yield rows.map(cells);
    describeColumns(report, seen.unknown);
  } finally {
    await rest?.return(undefined);
  }
}

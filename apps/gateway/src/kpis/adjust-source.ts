import { Injectable } from '@nestjs/common';
import {
  ADJUST_KPIS,
  AdjustKpiClient,
  type AdjustKpiAnswer,
  type AdjustKpiHead,
  type AdjustKpiStream,
  parseEventKpi,
  rowsOf,
} from '#libs/adjust-kpi';
import { AppDirectory, CredentialVault, NetworkAliases, type NetworkNames, type OpenedApp } from '#libs/tenancy';
import { type ReadAnswer, VendorReads } from '../vendor-reads/vendor-reads.js';
import { type AdjustPlan, planForAdjust, unsupportedDimensions } from './adjust-plan.js';
import { describePlan, failSource, newReport, refuseSource } from './adjust-report.js';
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

/** An answer of more rows is served, but not kept: the cache's memory is for many small ones. */
const MOST_ROWS_KEPT = 20_000;

/** Adjust's KPI Service as a source of the unified model. */
@Injectable()
export class AdjustSource implements KpiSourceService {
  readonly vendor = 'ADJUST';
  readonly service = 'ADJUST_KPI_SERVICE';

  constructor(
    private readonly client: AdjustKpiClient,
    private readonly vault: CredentialVault,
    private readonly directory: AppDirectory,
    private readonly aliases: NetworkAliases,
    private readonly reads: VendorReads,
  ) {}

  async read(request: SourceRequest): Promise<SourceRows> {
    const prepared = await this.prepare(request);
    const { report, plan } = prepared;
    if (plan) {
      try {
        return wholeAnswer(request, prepared, plan, await this.ask(request, plan));
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
        const credential = await this.vault.open(request.tenant.tenantId, 'adjust');
        const stream = await this.client.stream(plan.endpoint, credential, plan.query, {
          signal: request.tenant.signal,
        });
        report.fetchedAt = new Date();
        const { layout, maker } = rowMaker(request, prepared, plan, stream);
        const leave = async () => stream.rows[Symbol.asyncIterator]().return?.();
        return { report, layout, batches: batchesOf(stream, maker, report), leave };
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

  private async ask({ tenant, question }: SourceRequest, plan: AdjustPlan): Promise<ReadAnswer<AdjustKpiAnswer>> {
    const credential = await this.vault.open(tenant.tenantId, 'adjust');
    return this.reads.read({
      key: `adjust:${credential.id}:${plan.endpoint}:${JSON.stringify(plan.query)}`,
      lastDay: question.to,
      bypass: tenant.bypassCache,
      signal: tenant.signal,
      keep: (answer) => answer.rows.length <= MOST_ROWS_KEPT,
      fetch: (signal) => this.client.query(plan.endpoint, credential, plan.query, { signal }),
    });
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
  report.status = answer.status;
  report.fetchedAt = answer.fetchedAt;
  report.currencies = [...maker.currencies].sort();
  if (answer.failure)
    report.warnings.push(`Adjust does not answer now (${answer.failure.code}): these numbers are older.`);
  return { report, layout, rows };
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

const asStream = ({ rows, ...rest }: SourceRows): SourceStream => ({ ...rest, batches: asBatches(rows) });

async function* batchesOf(
  stream: AdjustKpiStream,
  maker: AdjustRows,
  report: SourceReport,
): AsyncGenerator<KpiCells[]> {
  for await (const batch of stream.rows) {
    const made: KpiCells[] = [];
    for (const row of rowsOf(batch, stream, stream.app)) made.push(...maker.add(row));
    if (made.length > 0) yield made;
  }
  const last = maker.end();
  report.currencies = [...maker.currencies].sort();
  if (last.length > 0) yield last;
}

import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import { type TenantContext, requireScope } from '#libs/domain';
import type { KpiComparisonInput } from './comparison.input.js';
import { ComparisonAnswer } from './comparison-answer.js';
import { type ComparisonCells, type ComparisonLayout, comparisonLayout } from './comparison-layout.js';
import { type ComparisonQuestion, comparisonOf, inWordsOf } from './comparison-question.js';
import { ComparisonRows } from './comparison-rows.js';
import { gatherSides, SidesForm } from './comparison-sides.js';
import type { AnswerFrame } from './answer-frame.js';
import { CURRENCY_WARNING } from './kochava-report.js';
import { failIfAsked, failIfPending } from './kpi-policy.js';
import type { SourceReport, SourceStream } from './kpi-source.js';
import type { FailedSourcePolicy } from './kpi-words.js';
import { KpisService, leaveAll } from './kpis.service.js';
import { RowGatherer } from './row-gatherer.js';

/** A comparison of any size, as it is read. */
export interface ComparisonStream {
  readonly layout: ComparisonLayout;
  /** Complete when `batches` has ended. */
  readonly reports: readonly SourceReport[];
  readonly frame: AnswerFrame;
  /** To be read once, or not at all: its sources are left when it ends. */
  readonly batches: () => AsyncGenerator<ComparisonCells[]>;
  readonly totalsLayout: ComparisonLayout;
  /** There when `batches` has ended. */
  readonly totals: () => ComparisonCells[];
}

/** Both vendors on one question, row beside row. */
@Injectable()
export class ComparisonService {
  constructor(
    private readonly kpis: KpisService,
    private readonly gatherer: RowGatherer,
    private readonly audit: AuditLog,
  ) {}

  /** Scope kpis:read. `most`: rows that are kept; more are counted, and in the totals. */
  async find(
    tenant: TenantContext,
    input: KpiComparisonInput,
    policy: FailedSourcePolicy,
    most: number,
  ): Promise<ComparisonAnswer> {
    return this.asking(tenant, input, async (question) => {
      const { batches, ...stream } = await this.open(tenant, question, input, (reports) =>
        failIfAsked(reports, question.asked, policy),
      );
      const kept: ComparisonCells[] = [];
      let count = 0;
      for await (const batch of batches()) {
        count += batch.length;
        for (let index = 0; index < batch.length && kept.length < most; index++) kept.push(batch[index]!);
      }
      return new ComparisonAnswer({ ...stream, totals: stream.totals() }, kept, count);
    });
  }

  /** As `find`, of any size, for forms that tell nothing of a source: one that is still PENDING is UNAVAILABLE. */
  async stream(
    tenant: TenantContext,
    input: KpiComparisonInput,
    policy: FailedSourcePolicy,
  ): Promise<ComparisonStream> {
    return this.asking(tenant, input, (question) =>
      this.open(tenant, question, input, (reports) => {
        failIfAsked(reports, question.asked, policy);
        failIfPending(reports);
      }),
    );
  }

  private async asking<T>(
    tenant: TenantContext,
    input: KpiComparisonInput,
    work: (question: ComparisonQuestion) => Promise<T>,
  ): Promise<T> {
    requireScope(tenant, 'kpis:read');
    const question = comparisonOf(input);
    const { metrics, tolerancePercent, asked } = question;
    const request = { comparison: { metrics, tolerancePercent }, ...asked, appIds: input.appIds ?? 'all' };
    const appId = input.appIds?.length === 1 ? input.appIds[0] : undefined;
    return this.audit.around(tenant, 'kpis.read', { appId, request }, async () => {
      try {
        return await work(question);
      } catch (error) {
        throw inWordsOf(question, error);
      }
    });
  }

  /** `check` throws where the sources are not what the caller takes; asked again when they have been read. */
  private async open(
    tenant: TenantContext,
    question: ComparisonQuestion,
    input: KpiComparisonInput,
    check: (reports: readonly SourceReport[]) => void,
  ): Promise<ComparisonStream> {
    const { appIds, waitSeconds } = input;
    const streams = await this.kpis.open(tenant, question.asked, { appIds, waitSeconds, addsUp: true });
    const reports = streams.map(({ report }) => report);
    try {
      check(reports);
    } catch (error) {
      await leaveAll(streams);
      throw error;
    }
    const layout = comparisonLayout(question, question.groupBy);
    const totalsLayout = comparisonLayout(question, []);
    let totals: ComparisonCells[] = [];
    const read = async function* (this: ComparisonService): AsyncGenerator<ComparisonCells[]> {
      const rows = yield* this.compare(tenant, question, layout, streams, () => check(reports));
      totals = rows.totals(totalsLayout);
      if (layout.currencyAt !== undefined) warnOfCurrencies(reports, rows.currenciesApart);
    };
    const frame = this.kpis.frame(tenant, question.asked, streams);
    return { layout, reports, frame, batches: read.bind(this), totalsLayout, totals: () => totals };
  }

  private async *compare(
    { signal }: TenantContext,
    question: ComparisonQuestion,
    layout: ComparisonLayout,
    streams: readonly SourceStream[],
    check: () => void,
  ): AsyncGenerator<ComparisonCells[], ComparisonRows> {
    const form = new SidesForm(question);
    const gathered = this.gatherer.gather(form.sums);
    let rows: ComparisonRows;
    // A batch behind, so that nothing comes after the last: an answer of one piece can have an ETag.
    let made: ComparisonCells[] = [];
    try {
      const whole = await gatherSides(streams, form, gathered, signal);
      check();
      rows = new ComparisonRows(question, form, layout, whole);
      for await (const batch of gathered.rows()) {
        signal?.throwIfAborted();
        if (made.length > 0) yield made;
        made = batch.flatMap((row) => rows.add(row));
      }
      made.push(...rows.end());
    } finally {
      await Promise.all([leaveAll(streams), gathered.leave()]);
    }
    if (made.length > 0) yield made;
    return rows;
  }
}

/** Told on Kochava's side, which is the one without currencies. `apart`: Adjust's, where they were several in one row. */
function warnOfCurrencies(reports: readonly SourceReport[], apart: readonly string[]): void {
  const kochava = reports.find(({ vendor, error }) => vendor === 'KOCHAVA' && !error);
  const currencies = reports.find(({ vendor }) => vendor === 'ADJUST')?.currencies ?? [];
  if (!kochava || currencies.length === 0) return;
  // Its rows stand beside Adjust's here, under Adjust's currency.
  const others = kochava.warnings.filter((warning) => warning !== CURRENCY_WARNING);
  kochava.warnings = [
    ...others,
    `Kochava’s summaries do not say which currency their money is in: where its amounts stand beside Adjust’s, they are compared as if they were in Adjust’s (${currencies.join(', ')}), which is what \`currency\` says.`,
  ];
  if (apart.length === 0) return;
  kochava.warnings.push(
    `Adjust has several currencies (${apart.join(', ')}) in one row, or in the totals: there Kochava’s amount stands alone, compared with none. Group by APP, or ask about apps of one currency.`,
  );
}

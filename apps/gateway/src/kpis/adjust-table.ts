import { type AdjustApp, type AdjustKpiHead, type AdjustKpiRowBatch, rowsOf } from '#libs/adjust-kpi';
import type { NetworkNames, OpenedApp } from '#libs/tenancy';
import type { LineForm } from '../edge/table-lines.js';
import { AdjustAdding } from './adjust-adding.js';
import { lengthOf } from './adjust-answers.js';
import { AdjustPaste } from './adjust-paste.js';
import type { AdjustPlan } from './adjust-plan.js';
import { AdjustRows, ownColumns } from './adjust-rows.js';
import { type KpiCells, type KpiLayout, layoutOf } from './kpi-layout.js';
import type { KpiQuestion } from './kpi-question.js';
import { GivenRows, joined, MOST_ROWS_REMEMBERED, type RowSource } from './row-source.js';
import type { SourceReport } from './kpi-source.js';

export interface AdjustNames {
  readonly apps: readonly OpenedApp[];
  readonly names: NetworkNames;
}

/** What of an answer stands before its rows. */
export interface AdjustBegun {
  readonly head: AdjustKpiHead;
  readonly app?: AdjustApp;
}

/** The rows of a whole answer, and the currencies in them. */
export type AdjustRowSource = RowSource & { readonly currencies: string[] };

/** A stream has any number of cells. */
const MOST_MADE = 10_000;

/**
 * Answers of Adjust's in the columns of a question, for all that begin the same: pasted where nothing has to be worked
 * out, made row by row else.
 */
export class AdjustTable {
  readonly layout: KpiLayout;
  private readonly maker: AdjustRows;
  private readonly paste: AdjustPaste | undefined;

  /** `mostMade`: cells that what was made of them is kept of. */
  constructor(
    question: KpiQuestion,
    { apps, names }: AdjustNames,
    plan: AdjustPlan,
    private readonly begun: AdjustBegun,
    mostMade = MOST_MADE,
  ) {
    const { head, app } = begun;
    this.layout = layoutOf(question, ownColumns(plan, head), plan.money);
    this.maker = new AdjustRows({
      plan,
      head,
      layout: this.layout,
      apps: new Map(apps.map((app) => [app.upstreamName, app])),
      canonicalNetwork: (name) => names.canonical(name),
      utcOffset: question.utcOffset,
      mostMade,
    });
    const input = { plan, layout: this.layout, rows: this.maker, app, mostMade };
    this.paste = this.maker.pastes ? new AdjustPaste(input) : undefined;
  }

  /** The rows of a whole answer. */
  rows(batches: readonly AdjustKpiRowBatch[]): AdjustRowSource {
    const { paste } = this;
    if (!paste) {
      const adding = new AdjustAdding(this.maker);
      const cells = [...batches.flatMap((batch) => this.made(batch, adding)), ...adding.end()];
      return Object.assign(new GivenRows(cells), { currencies: sorted(adding.currencies) });
    }
    const currencies = new Set(batches.flatMap((batch) => paste.currencies(batch)));
    return new PastedRows(paste, batches, sorted(currencies));
  }

  /** The lines of an answer that is still coming; `report` is complete when they have ended. */
  async *lines(
    batches: AsyncIterable<AdjustKpiRowBatch>,
    form: LineForm,
    report: SourceReport,
  ): AsyncGenerator<string | Buffer> {
    const { paste } = this;
    if (!paste) {
      for await (const cells of this.batches(batches, report)) yield linesOf(cells, form);
      return;
    }
    const currencies = new Set<string>();
    for await (const batch of batches) {
      for (const currency of paste.currencies(batch)) currencies.add(currency);
      if (batch.length > 0) yield paste.lines(batch, form);
    }
    report.currencies = sorted(currencies);
  }

  /** As `lines`, as cells. */
  async *batches(batches: AsyncIterable<AdjustKpiRowBatch>, report: SourceReport): AsyncGenerator<readonly KpiCells[]> {
    const { paste } = this;
    const adding = new AdjustAdding(this.maker);
    for await (const batch of batches) {
      for (const currency of paste?.currencies(batch) ?? []) adding.currencies.add(currency);
      const cells = paste ? paste.cells(batch) : this.made(batch, adding);
      if (cells.length > 0) yield cells;
    }
    const last = adding.end();
    report.currencies = sorted(adding.currencies);
    if (last.length > 0) yield last;
  }

  private made(batch: AdjustKpiRowBatch, adding: AdjustAdding): KpiCells[] {
    const made: KpiCells[] = [];
    const { head, app } = this.begun;
    for (const row of rowsOf(batch, head, app)) for (const cells of adding.add(row)) made.push(cells);
    return made;
  }
}

/** Rows of a whole answer, pasted when somebody wants them. */
class PastedRows implements RowSource {
  readonly count: number;
  private made?: readonly KpiCells[];

  constructor(
    private readonly paste: AdjustPaste,
    private readonly batches: readonly AdjustKpiRowBatch[],
    readonly currencies: string[],
  ) {
    this.count = lengthOf(batches);
  }

  get cells(): readonly KpiCells[] {
    if (this.made) return this.made;
    const made = this.batches.flatMap((batch) => this.paste.cells(batch));
    if (this.count <= MOST_ROWS_REMEMBERED) this.made = made;
    return made;
  }

  lines(form: LineForm): string | Buffer {
    return joined(this.batches.map((batch) => this.paste.lines(batch, form)));
  }
}

const sorted = (currencies: ReadonlySet<string>): string[] => [...currencies].sort();

const linesOf = (rows: readonly KpiCells[], form: LineForm): string => rows.map((cells) => form.line(cells)).join('');

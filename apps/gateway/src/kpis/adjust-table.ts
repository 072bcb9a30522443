import {
  type AdjustKpiHead,
  type AdjustKpiRowBatch,
  type AdjustKpiStream,
  type AdjustKpiTable,
  rowsOf,
} from '#libs/adjust-kpi';
import type { NetworkNames, OpenedApp } from '#libs/tenancy';
import type { LineForm } from '../edge/table-lines.js';
import { lengthOf } from './adjust-answers.js';
import { AdjustPaste } from './adjust-paste.js';
import type { AdjustPlan } from './adjust-plan.js';
import { AdjustRows, ownColumns } from './adjust-rows.js';
import { type KpiCells, type KpiLayout, layoutOf } from './kpi-layout.js';
import type { KpiQuestion } from './kpi-question.js';
import { GivenRows, type RowSource } from './row-source.js';
import type { SourceReport } from './kpi-source.js';

type Names = { apps: readonly OpenedApp[]; names: NetworkNames };
type Head = AdjustKpiHead & Pick<AdjustKpiStream, 'app'>;

/** An answer of Adjust's in the columns of a question: pasted where nothing has to be worked out, made row by row else. */
export class AdjustTable {
  readonly layout: KpiLayout;
  private readonly maker: AdjustRows;
  private readonly paste: AdjustPaste | undefined;

  constructor(
    question: KpiQuestion,
    { apps, names }: Names,
    plan: AdjustPlan,
    private readonly head: Head | AdjustKpiTable,
  ) {
    this.layout = layoutOf(question, ownColumns(plan, head), plan.money);
    this.maker = new AdjustRows({
      plan,
      head,
      layout: this.layout,
      apps: new Map(apps.map((app) => [app.upstreamName, app])),
      canonicalNetwork: (name) => names.canonical(name),
      utcOffset: question.utcOffset,
    });
    const input = { plan, layout: this.layout, rows: this.maker, app: head.app };
    this.paste = this.maker.pastes ? new AdjustPaste(input) : undefined;
  }

  /** The rows of a whole answer, and the currencies in them. */
  get rows(): RowSource & { currencies: string[] } {
    const { batches } = this.head as AdjustKpiTable;
    const { paste, maker } = this;
    if (!paste) {
      const given = new GivenRows([...batches.flatMap((batch) => this.made(batch)), ...maker.end()]);
      return Object.assign(given, { currencies: [...maker.currencies].sort() });
    }
    for (const batch of batches) paste.noteCurrencies(batch);
    let cells: KpiCells[] | undefined;
    return {
      count: lengthOf(batches),
      currencies: [...maker.currencies].sort(),
      lines: (form) => batches.map((batch) => paste.lines(batch, form)).join(''),
      get cells() {
        return (cells ??= batches.flatMap((batch) => paste.cells(batch)));
      },
    };
  }

  /** The lines of an answer that is still coming; `report` is complete when they have ended. */
  async *lines(
    batches: AsyncIterable<AdjustKpiRowBatch>,
    form: LineForm,
    report: SourceReport,
  ): AsyncGenerator<string> {
    const { paste } = this;
    if (!paste) {
      for await (const cells of this.batches(batches, report)) yield linesOf(cells, form);
      return;
    }
    for await (const batch of batches) if (batch.length > 0) yield paste.lines(batch, form);
    report.currencies = [...this.maker.currencies].sort();
  }

  /** As `lines`, as cells. */
  async *batches(batches: AsyncIterable<AdjustKpiRowBatch>, report: SourceReport): AsyncGenerator<readonly KpiCells[]> {
    for await (const batch of batches) {
      const cells = this.paste ? this.paste.cells(batch) : this.made(batch);
      if (cells.length > 0) yield cells;
    }
    const last = this.maker.end();
    report.currencies = [...this.maker.currencies].sort();
    if (last.length > 0) yield last;
  }

  private made(batch: AdjustKpiRowBatch): KpiCells[] {
    const made: KpiCells[] = [];
    for (const row of rowsOf(batch, this.head, this.head.app))
      for (const cells of this.maker.add(row)) made.push(cells);
    return made;
  }
}

const linesOf = (rows: readonly KpiCells[], form: LineForm): string => rows.map((cells) => form.line(cells)).join('');

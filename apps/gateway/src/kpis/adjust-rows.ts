import {
  type AdjustApp,
  type AdjustCell,
  type AdjustKpiHead,
  type AdjustKpiRow,
  ADJUST_KPIS,
  parseEventKpi,
} from '#libs/adjust-kpi';
import type { AdjustPlan } from './adjust-plan.js';
import type { KpiCells, KpiLayout } from './kpi-layout.js';
import type { KpiDimension } from './kpi-words.js';
import { instantOfHour } from './time-of-row.js';

/** The app of ours behind one of Adjust's tokens. */
export interface RowApp {
  readonly id: string;
  readonly name: string;
}

export interface AdjustRowsInput {
  plan: AdjustPlan;
  head: AdjustKpiHead;
  layout: KpiLayout;
  apps: ReadonlyMap<string, RowApp>;
  canonicalNetwork: (vendorName: string) => string;
  utcOffset: string;
}

/** The vendor's own metrics of an answer, expanded: `all_events` is one column for each event. */
export function ownColumns(plan: AdjustPlan, head: AdjustKpiHead): string[] {
  const asked = new Set(plan.query.kpis);
  return plan.ownMetrics.flatMap((name) => {
    if (asked.has(name) && ADJUST_KPIS.has(name)) return [name];
    const event = parseEventKpi(name);
    return head.kpis.filter((kpi) => {
      const cut = kpi.indexOf('_');
      return (
        // Asked for events alone, Adjust adds the KPIs that it has by default.
        !ADJUST_KPIS.has(kpi) &&
        event?.kpis.includes(kpi.slice(cut + 1)) &&
        (event.token === 'all' || event.token === kpi.slice(0, cut))
      );
    });
  });
}

/** What one level of the vendor's nesting is in a row of ours. */
interface Level {
  readonly dimension: KpiDimension | undefined;
  readonly at: number;
  readonly keep: ReadonlySet<string> | undefined;
  /** What cells have become: the vendor's equal cells are mostly one object. */
  readonly made: Map<AdjustCell, KpiCells>;
}

const MOST_MADE = 10_000;

/** Where a metric's value stands among the vendor's. */
type Value = { readonly at: number } | { readonly over: number; readonly under: number };

const WITH_ID = new Set<KpiDimension>(['NETWORK', 'CAMPAIGN', 'ADGROUP', 'CREATIVE', 'TRACKER', 'EVENT']);

/**
 * Makes rows of ours from rows of Adjust's: our ids and canonical names, rows of unwanted names dropped, levels that
 * nobody asked for added up, ratios worked out. Rows to be added up follow one another, so memory stays flat.
 */
export class AdjustRows {
  private readonly levels: Level[];
  private readonly values: Value[];
  /** The row being added up, its raw values, and the cells that the next must share. */
  private open?: { cells: KpiCells; raw: (number | null)[]; outer: readonly AdjustCell[]; currency: string };
  private readonly pending = new Map<string, NonNullable<AdjustRows['open']>>();
  readonly currencies = new Set<string>();

  constructor(private readonly input: AdjustRowsInput) {
    const { plan, head, layout } = input;
    this.levels = plan.levels.map(({ grouping, dimension }) => ({
      dimension,
      at: dimension ? layout.at.get(dimension)! : -1,
      keep: plan.rowFilters.find((filter) => filter.grouping === grouping)?.keep,
      made: new Map(),
    }));
    const place = (kpi: string): number => head.kpis.indexOf(kpi);
    this.values = [
      ...plan.metrics.map((source): Value =>
        'kpi' in source ? { at: place(source.kpi) } : { over: place(source.over), under: place(source.under) },
      ),
      ...ownColumns(plan, head).map((name): Value => ({ at: place(name) })),
    ];
  }

  /** Rows that are complete once `row` has been seen. */
  add(row: AdjustKpiRow): readonly KpiCells[] {
    for (let index = 0; index < this.levels.length; index++) {
      const { keep } = this.levels[index]!;
      const cell = row.cells[index]!;
      if (keep && !keep.has(cell.name) && !(cell.id !== undefined && keep.has(cell.id))) return NONE;
    }
    const currency = row.app?.currency ?? '';
    if (currency && this.input.plan.money) this.currencies.add(currency);
    if (!this.input.plan.collapses) return [this.finish(this.cellsOf(row, currency), row.values)];
    return this.addUp(row, currency);
  }

  /** The rows that were still being added up. */
  end(): KpiCells[] {
    const rows = [...this.pending.values()].map((open) => this.finish(open.cells, open.raw));
    this.pending.clear();
    return rows;
  }

  private addUp(row: AdjustKpiRow, currency: string): readonly KpiCells[] {
    const last = this.open;
    let done: readonly KpiCells[] = NONE;
    if (last && !this.sharesOuter(last.outer, row.cells)) done = this.end();
    const key = this.input.plan.money ? currency : '';
    let open = this.pending.get(key);
    if (open) {
      row.values.forEach((value, index) => {
        if (value !== null) open!.raw[index] = sum(open!.raw[index] ?? 0, value);
      });
    } else {
      open = { cells: this.cellsOf(row, currency), raw: [...row.values], outer: row.cells.slice(), currency };
      this.pending.set(key, open);
    }
    this.open = { ...open, outer: row.cells.slice() };
    return done;
  }

  private sharesOuter(one: readonly AdjustCell[], other: readonly AdjustCell[]): boolean {
    return this.levels.every(
      (level, index) =>
        !level.dimension || (one[index]!.name === other[index]!.name && one[index]!.id === other[index]!.id),
    );
  }

  private cellsOf(row: AdjustKpiRow, currency: string): KpiCells {
    const { layout, plan } = this.input;
    const cells: KpiCells = new Array(layout.columns.length).fill(null);
    cells[0] = 'ADJUST';
    for (let index = 0; index < this.levels.length; index++)
      this.place(cells, this.levels[index]!, row.cells[index]!, row.app);
    if (layout.currencyAt !== undefined && plan.money) cells[layout.currencyAt] = currency || null;
    return cells;
  }

  private place(cells: KpiCells, level: Level, cell: AdjustCell, app: AdjustApp | undefined): void {
    if (!level.dimension) return;
    let values = level.made.get(cell);
    if (!values) {
      // Streams go on for ever: what was made of their cells must not.
      if (level.made.size >= MOST_MADE) level.made.clear();
      level.made.set(cell, (values = this.valuesOf(level.dimension, cell, app)));
    }
    for (let index = 0; index < values.length; index++) cells[level.at + index] = values[index]!;
  }

  /** Do the vendor's values stand in a row as they are, in our order, so that they can be pasted? */
  get pastes(): boolean {
    const { plan, head } = this.input;
    const inOrder = this.values.every((value, index) => 'at' in value && value.at === index);
    return inOrder && this.values.length === head.kpis.length && !plan.collapses && plan.rowFilters.length === 0;
  }

  /** What one cell of the vendor's is in the columns of our dimension: its name, and its id where it has a column. */
  valuesOf(dimension: KpiDimension, cell: AdjustCell, app?: AdjustApp): KpiCells {
    switch (dimension) {
      case 'APP': {
        const ours = this.input.apps.get(cell.id ?? app?.token ?? '');
        return [ours?.id ?? null, ours?.name ?? cell.name];
      }
      case 'HOUR':
        return [instantOfHour(cell.name, this.input.utcOffset)];
      case 'DAY':
      case 'WEEK':
      case 'MONTH':
        return [cell.name.slice(0, 10)];
      case 'COUNTRY':
        return [cell.name.toUpperCase() || null];
      case 'NETWORK':
        return [this.input.canonicalNetwork(cell.name) || null, cell.id ?? null];
      case 'COHORT_PERIOD':
        return [Number(cell.name)];
      default:
        return WITH_ID.has(dimension) ? [cell.name || null, cell.id ?? null] : [cell.name || null];
    }
  }

  private finish(cells: KpiCells, raw: readonly (number | null)[]): KpiCells {
    let at = this.input.layout.firstMetricAt;
    for (const value of this.values) {
      cells[at++] = 'at' in value ? (raw[value.at] ?? null) : ratio(raw[value.over], raw[value.under]);
    }
    return cells;
  }
}

const NONE: readonly KpiCells[] = [];

/** Adjust tells money to four decimals at the most: what binary fractions add beyond is taken off again. */
const sum = (one: number, other: number): number => Math.round((one + other) * 1e6) / 1e6;

function ratio(over: number | null | undefined, under: number | null | undefined): number | null {
  return over === null || over === undefined || !under ? null : over / under;
}

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
  /** What was made of so many cells of a level is kept for the next row that has them. */
  mostMade: number;
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

/** Where a metric's value stands among the vendor's. */
type Value = { readonly at: number } | { readonly over: number; readonly under: number };

const WITH_ID = new Set<KpiDimension>(['NETWORK', 'CAMPAIGN', 'ADGROUP', 'CREATIVE', 'TRACKER', 'EVENT']);

/**
 * How rows of ours are made from rows of Adjust's, the same for each answer with this head: our ids and canonical names,
 * rows of unwanted names dropped, ratios worked out.
 */
export class AdjustRows {
  private readonly levels: Level[];
  private readonly values: Value[];
  /** Do the vendor's values stand in a row as they are, in our order, so that they can be pasted? */
  readonly pastes: boolean;

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
    const inOrder = this.values.every((value, index) => 'at' in value && value.at === index);
    this.pastes = inOrder && this.values.length === head.kpis.length && !plan.collapses && plan.rowFilters.length === 0;
  }

  get plan(): AdjustPlan {
    return this.input.plan;
  }

  /** Is it of the names that were asked for? */
  keeps(row: AdjustKpiRow): boolean {
    return this.levels.every(({ keep }, index) => {
      const cell = row.cells[index]!;
      return !keep || keep.has(cell.name) || (cell.id !== undefined && keep.has(cell.id));
    });
  }

  /** Do two rows differ in levels only that nobody asked for? */
  sharesOuter(one: readonly AdjustCell[], other: readonly AdjustCell[]): boolean {
    return this.levels.every(
      (level, index) =>
        !level.dimension || (one[index]!.name === other[index]!.name && one[index]!.id === other[index]!.id),
    );
  }

  /** A row without its values. */
  cellsOf(row: AdjustKpiRow, currency: string): KpiCells {
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
      if (level.made.size >= this.input.mostMade) level.made.clear();
      level.made.set(cell, (values = this.valuesOf(level.dimension, cell, app)));
    }
    for (let index = 0; index < values.length; index++) cells[level.at + index] = values[index]!;
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

  /** Puts the values into a row, from the vendor's raw ones. */
  finish(cells: KpiCells, raw: readonly (number | null)[]): KpiCells {
    let at = this.input.layout.firstMetricAt;
    for (const value of this.values) {
      cells[at++] = 'at' in value ? (raw[value.at] ?? null) : ratio(raw[value.over], raw[value.under]);
    }
    return cells;
  }
}

function ratio(over: number | null | undefined, under: number | null | undefined): number | null {
  return over === null || over === undefined || !under ? null : over / under;
}

import { type ComparisonCells, type ComparisonLayout, columnsOf, sortedDimensions } from './comparison-layout.js';
import { type ComparisonQuestion, isOfCurrency } from './comparison-question.js';
import { SIDES, type Side, type SidesForm } from './comparison-sides.js';
import { addInto, type GatheredRow, plus } from './gathered-rows.js';
import { type KpiMetric, RATIOS } from './kpi-words.js';

type Sums = (number | null)[];

/** What both sides have in one currency. */
interface Entry {
  readonly currency: string | null;
  readonly sums: Sums;
}

/**
 * Makes rows of a comparison of rows that were added up: one for each metric and combination of dimensions; for each of
 * Adjust's currencies one more where a metric has one. Kochava tells none: its amount stands beside Adjust's where that
 * is of one currency, else alone, for amounts of two currencies have no difference.
 */
export class ComparisonRows {
  private readonly dimensions: number;
  /** Place in a row of each cell of the key. */
  private readonly places: readonly number[];
  private open?: { key: GatheredRow['key']; entries: Entry[] };
  private readonly inAll = new Map<string | null, Sums>();
  private readonly standAlone = new Set<string>();

  constructor(
    private readonly question: ComparisonQuestion,
    private readonly form: SidesForm,
    private readonly layout: ComparisonLayout,
    /** Sides whose rows are all there; what came of others does not count. */
    private readonly whole: ReadonlySet<Side>,
  ) {
    this.places = sortedDimensions(question.groupBy).flatMap((dimension) =>
      columnsOf(dimension).map((_, index) => layout.at.get(dimension)! + index),
    );
    this.dimensions = this.places.length;
  }

  /** The rows that are complete once `row` has come, which must come sorted by key. */
  add({ key, sums }: GatheredRow): ComparisonCells[] {
    for (const side of SIDES) if (!this.whole.has(side)) sums.fill(null, ...this.rangeOf(side));
    if (!SIDES.some((side) => this.has(sums, side))) return [];
    const currency = this.form.hasCurrency ? (key[this.dimensions] as string | null) : null;
    const all = this.inAll.get(currency);
    if (all) addInto(all, sums);
    else this.inAll.set(currency, [...sums]);
    const { open } = this;
    if (open && open.key.every((cell, index) => index >= this.dimensions || cell === key[index])) {
      open.entries.push({ currency, sums });
      return [];
    }
    this.open = { key, entries: [{ currency, sums }] };
    return open ? this.rowsOf(open.key, open.entries) : [];
  }

  /** The rows of the last combination. */
  end(): ComparisonCells[] {
    const { open } = this;
    this.open = undefined;
    return open ? this.rowsOf(open.key, open.entries) : [];
  }

  /** One row for each metric, and currency, over everything that was added; in `layout`, which has no dimension. */
  totals(layout: ComparisonLayout): ComparisonCells[] {
    const entries = [...this.inAll].map(([currency, sums]) => ({ currency, sums: [...sums] }));
    return entries.length === 0 ? [] : this.rowsIn(layout, [], entries);
  }

  /** Currencies of Adjust's that left an amount of Kochava's alone. */
  get currenciesApart(): string[] {
    return [...this.standAlone].sort();
  }

  private rowsOf(key: GatheredRow['key'], entries: Entry[]): ComparisonCells[] {
    return this.rowsIn(this.layout, key, entries);
  }

  private rowsIn(layout: ComparisonLayout, key: GatheredRow['key'], entries: Entry[]): ComparisonCells[] {
    const whole = entries.length === 1 ? entries : [{ currency: null, sums: inOne(entries) }];
    const ofCurrency = this.form.hasCurrency ? this.beside(entries) : entries;
    return this.question.metrics.flatMap((metric) => {
      const hasCurrency = isOfCurrency(metric);
      return (hasCurrency ? ofCurrency : whole).map(({ currency, sums }) => {
        const cells: ComparisonCells = new Array(layout.columns.length).fill(null);
        for (let index = 0; index < key.length && index < this.dimensions; index++)
          cells[this.places[index]!] = key[index]!;
        cells[layout.metricAt] = metric.toLowerCase();
        if (layout.currencyAt !== undefined && hasCurrency) cells[layout.currencyAt] = currency;
        this.compare(metric, sums, cells, layout.valuesAt);
        return cells;
      });
    });
  }

  /** The entries with Kochava's amount beside Adjust's, where that is one; sorted by currency, none last. */
  private beside(together: readonly Entry[]): Entry[] {
    // Apps without a currency at Adjust say no more of Kochava's amount than the others do.
    const entries = together.length === 1 ? together : together.flatMap((entry) => this.apart(entry));
    const isLoose = ({ currency, sums }: Entry): boolean => currency === null && !this.has(sums, 'ADJUST');
    const loose = entries.find(isLoose);
    const others = entries.filter((entry) => entry !== loose);
    others.sort((one, other) => (one.currency ?? '\uffff').localeCompare(other.currency ?? '\uffff'));
    if (!loose) return others;
    const [only] = others;
    if (only && others.length === 1 && !this.has(only.sums, 'KOCHAVA')) {
      return [{ currency: only.currency, sums: inOne([only, loose]) }];
    }
    for (const { currency } of others) if (currency !== null) this.standAlone.add(currency);
    return [...others, loose];
  }

  private apart(entry: Entry): Entry[] {
    const { currency, sums } = entry;
    if (currency !== null || !SIDES.every((side) => this.has(sums, side))) return [entry];
    return SIDES.map((other) => ({ currency, sums: [...sums].fill(null, ...this.rangeOf(other)) }));
  }

  private compare(metric: KpiMetric, sums: Sums, cells: ComparisonCells, at: number): void {
    const [adjust, kochava] = SIDES.map((side) => this.valueOf(metric, sums, side)) as [number | null, number | null];
    cells[at] = adjust;
    cells[at + 1] = kochava;
    if (adjust === null || kochava === null) return;
    const delta = RATIOS[metric] ? kochava - adjust : plus(kochava, -adjust);
    cells[at + 2] = delta;
    if (adjust === 0) return;
    const percent = (100 * delta) / adjust;
    cells[at + 3] = percent;
    cells[at + 4] = Math.abs(percent) <= this.question.tolerancePercent;
  }

  private valueOf(metric: KpiMetric, sums: Sums, side: Side): number | null {
    const start = this.form.startOf(side);
    const ratio = RATIOS[metric];
    if (!ratio) return sums[start + this.form.placeOf(metric)] ?? null;
    const over = sums[start + this.form.placeOf(ratio.over)] ?? null;
    const under = sums[start + this.form.placeOf(ratio.under)] ?? null;
    return over === null || !under ? null : over / under;
  }

  private has = (sums: Sums, side: Side): boolean => sums[this.form.startOf(side)] !== null;

  private rangeOf(side: Side): [from: number, to: number] {
    const width = this.form.sums / SIDES.length;
    return [this.form.startOf(side), this.form.startOf(side) + width];
  }
}

function inOne(entries: readonly Entry[]): Sums {
  const sums = [...entries[0]!.sums];
  for (const entry of entries.slice(1)) addInto(sums, entry.sums);
  return sums;
}

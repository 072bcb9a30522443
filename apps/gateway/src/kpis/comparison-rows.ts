import { type ComparisonCells, type ComparisonLayout, columnsOf, sortedDimensions } from './comparison-layout.js';
import { type ComparisonQuestion, isOfCurrency } from './comparison-question.js';
import { SIDES, type Side, type SidesForm } from './comparison-sides.js';
import { addInto, type GatheredRow, plus } from './gathered-row.js';
import { type KpiMetric, RATIOS } from './kpi-words.js';

type Sums = (number | null)[];

/** A metric of the question; places are counted from the start of a side's sums. */
interface ComparedMetric {
  /** As rows call it. */
  readonly name: string;
  readonly hasCurrency: boolean;
  readonly place: number;
  /** Of a ratio: what `place` is divided by. */
  readonly under: number | undefined;
}

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
  private readonly metrics: readonly ComparedMetric[];
  /** Sides of which nothing is told. */
  private readonly halves: readonly Side[];
  private open?: { key: GatheredRow['key']; entries: Entry[] };
  private readonly inAll = new Map<string | null, Sums>();
  private readonly standAlone = new Set<string>();

  constructor(
    private readonly question: ComparisonQuestion,
    private readonly form: SidesForm,
    private readonly layout: ComparisonLayout,
    /** Sides whose rows are all there; what came of others does not count. */
    whole: ReadonlySet<Side>,
  ) {
    this.places = sortedDimensions(question.groupBy).flatMap((dimension) =>
      columnsOf(dimension).map((_, index) => layout.at.get(dimension)! + index),
    );
    this.dimensions = this.places.length;
    this.metrics = question.metrics.map((metric) => comparedMetric(metric, form));
    this.halves = SIDES.filter((side) => !whole.has(side));
  }

  /** The rows that are complete once `row` has come, which must come sorted by key. */
  add({ key, sums }: GatheredRow): ComparisonCells[] {
    for (const side of this.halves) sums.fill(null, ...this.rangeOf(side));
    if (!this.has(sums, 'ADJUST') && !this.has(sums, 'KOCHAVA')) return [];
    const currency = this.form.hasCurrency ? (key[this.dimensions] as string | null) : null;
    const all = this.inAll.get(currency);
    if (all) addInto(all, sums);
    else this.inAll.set(currency, [...sums]);
    const { open } = this;
    if (open && this.isSame(open.key, key)) {
      open.entries.push({ currency, sums });
      return [];
    }
    this.open = { key, entries: [{ currency, sums }] };
    return open ? this.rowsOf(open.key, open.entries) : [];
  }

  private isSame(one: GatheredRow['key'], other: GatheredRow['key']): boolean {
    for (let index = 0; index < this.dimensions; index++) if (one[index] !== other[index]) return false;
    return true;
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
    const made: ComparisonCells[] = [];
    for (const metric of this.metrics) {
      for (const { currency, sums } of metric.hasCurrency ? ofCurrency : whole) {
        const cells: ComparisonCells = new Array(layout.columns.length).fill(null);
        for (let index = 0; index < key.length && index < this.dimensions; index++)
          cells[this.places[index]!] = key[index]!;
        cells[layout.metricAt] = metric.name;
        if (layout.currencyAt !== undefined && metric.hasCurrency) cells[layout.currencyAt] = currency;
        this.compare(metric, sums, cells, layout.valuesAt);
        made.push(cells);
      }
    }
    return made;
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

  private compare(metric: ComparedMetric, sums: Sums, cells: ComparisonCells, at: number): void {
    const adjust = valueOf(metric, sums, this.form.startOf('ADJUST'));
    const kochava = valueOf(metric, sums, this.form.startOf('KOCHAVA'));
    cells[at] = adjust;
    cells[at + 1] = kochava;
    if (adjust === null || kochava === null) return;
    const delta = metric.under === undefined ? plus(kochava, -adjust) : kochava - adjust;
    cells[at + 2] = delta;
    if (adjust === 0) return;
    const percent = (100 * delta) / adjust;
    cells[at + 3] = percent;
    cells[at + 4] = Math.abs(percent) <= this.question.tolerancePercent;
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

function comparedMetric(metric: KpiMetric, form: SidesForm): ComparedMetric {
  const ratio = RATIOS[metric];
  return {
    name: metric.toLowerCase(),
    hasCurrency: isOfCurrency(metric),
    place: form.placeOf(ratio?.over ?? metric),
    under: ratio && form.placeOf(ratio.under),
  };
}

function valueOf({ place, under }: ComparedMetric, sums: Sums, start: number): number | null {
  const value = sums[start + place] ?? null;
  if (under === undefined) return value;
  const divisor = sums[start + under] ?? null;
  return value === null || !divisor ? null : value / divisor;
}

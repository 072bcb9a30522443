import type { Vendor, Leaving } from '#libs/domain';
import { columnsOf, sortedDimensions } from './comparison-layout.js';
import { type ComparisonQuestion, isOfCurrency } from './comparison-question.js';
import type { GatheredRows } from './gathered-rows.js';
import type { KpiCells, KpiLayout } from './kpi-layout.js';
import type { SourceStream } from './kpi-source.js';
import { failSource } from './source-failure.js';

export const SIDES = ['ADJUST', 'KOCHAVA'] as const satisfies readonly Vendor[];
export type Side = (typeof SIDES)[number];

/** Adjust's word for a tracker without a campaign, as Organic; Kochava leaves the cell empty. */
const NO_CAMPAIGN = 'unknown';

/**
 * How both vendors' rows lie in GatheredRows. Key: the dimensions, time first, and the currency where one is told. Sums:
 * for each side, how many rows of the vendor's they are made of, and the metrics that were asked for.
 */
export class SidesForm {
  readonly hasCurrency: boolean;
  private readonly width: number;

  constructor(private readonly question: ComparisonQuestion) {
    this.hasCurrency = question.metrics.some(isOfCurrency);
    this.width = 1 + question.asked.metrics.length;
  }

  /** Sums of a row. */
  get sums(): number {
    return SIDES.length * this.width;
  }

  /** Where a side's sums begin: at the number of its rows. */
  startOf(side: Side): number {
    return SIDES.indexOf(side) * this.width;
  }

  /** Index of a metric that was asked for, from the start of its side. */
  placeOf(metric: string): number {
    return 1 + this.question.asked.metrics.findIndex((asked) => asked === metric);
  }

  /** What adds a vendor's row to `rows`. */
  adder(side: Side, layout: KpiLayout, rows: GatheredRows): (cells: KpiCells) => void | Promise<void> {
    const place = (name: string): number => layout.columns.findIndex((column) => column.name === name);
    const names = sortedDimensions(this.question.groupBy).flatMap(columnsOf);
    const keyAt = [...names, ...(this.hasCurrency ? ['currency'] : [])].map(place);
    const valueAt = this.question.asked.metrics.map((metric) => place(metric.toLowerCase()));
    const campaignAt = names.indexOf('campaign');
    const start = this.startOf(side);
    // One of each, filled anew for every row.
    const sums: (number | null)[] = new Array(this.sums).fill(null);
    const key: KpiCells = new Array(keyAt.length).fill(null);
    sums[start] = 1;
    return (cells) => {
      for (let index = 0; index < valueAt.length; index++) {
        sums[start + 1 + index] = (cells[valueAt[index]!] ?? null) as number | null;
      }
      for (let index = 0; index < keyAt.length; index++) key[index] = cells[keyAt[index]!] ?? null;
      if (side === 'ADJUST' && key[campaignAt] === NO_CAMPAIGN) key[campaignAt] = null;
      return rows.add(key, sums);
    };
  }
}

/**
 * Reads both vendors' rows into `rows`, whichever come first. One that breaks off is told in its report, and is not
 * among the sides that are answered: whatever came of it is half a side.
 */
export async function gatherSides(
  streams: readonly SourceStream[],
  form: SidesForm,
  rows: GatheredRows,
  signal: Leaving | undefined,
): Promise<Set<Side>> {
  const whole = new Set<Side>();
  for await (const { stream, add, batch } of inTurn(streams, form, rows, signal)) {
    signal?.throwIfAborted();
    if (!batch) whole.add(stream.report.vendor);
    else {
      for (const cells of batch) {
        const full = add(cells);
        if (full) await full;
      }
    }
  }
  return whole;
}

interface Turn {
  stream: SourceStream;
  add: (cells: KpiCells) => void | Promise<void>;
  /** Undefined: there is no more. */
  batch: readonly KpiCells[] | undefined;
}

/** A vendor that is not read while the other is would break its answer off. */
async function* inTurn(
  streams: readonly SourceStream[],
  form: SidesForm,
  rows: GatheredRows,
  signal: Leaving | undefined,
): AsyncGenerator<Turn> {
  const waiting = new Map<SourceStream, Promise<Turn | { stream: SourceStream; error: unknown }>>();
  const readers = streams.map((stream) => {
    const batches = stream.batches();
    const add = form.adder(stream.report.vendor, stream.layout, rows);
    const ask = (): void =>
      void waiting.set(
        stream,
        batches.next().then(
          ({ value, done }) => ({ stream, add, batch: done ? undefined : value }),
          (error: unknown) => ({ stream, error }),
        ),
      );
    return { stream, batches, ask };
  });
  try {
    for (const reader of readers) reader.ask();
    while (waiting.size > 0) {
      const next = await Promise.race(waiting.values());
      waiting.delete(next.stream);
      if ('error' in next) {
        signal?.throwIfAborted();
        failSource(next.stream.report, next.error);
        continue;
      }
      yield next;
      if (next.batch) readers.find(({ stream }) => stream === next.stream)!.ask();
    }
  } finally {
    // Not awaited: a vendor that has stalled answers when its stream is left, which whoever opened it does next.
    for (const { batches } of readers) void batches.return(undefined).catch(() => undefined);
  }
}

import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { ReportModel } from '#libs/database';
import type { TenantContext, Leaving } from '#libs/domain';
import { readableFile, readRows, readSummary, SummaryColumns, type SummaryRow } from '#libs/kochava-reporting';
import type { NetworkNames } from '#libs/tenancy';
import type { AskedReport } from '../reports/asked-report.js';
import { GoneFile, ReportLinks } from '../reports/report-links.js';
import { SmallFiles } from '../reports/small-files.js';
import { VendorReads } from '../vendor-reads/vendor-reads.js';
import type { KeyedRow } from './gathered-row.js';
import { HeldRows } from './held-rows.js';
import { keysOf, type Seen } from './kochava-cells.js';
import type { KochavaPlan } from './kochava-plan.js';
import type { FoundSummaries } from './kochava-summaries.js';
import type { KpiQuestion } from './kpi-question.js';
import { RowGatherer } from './row-gatherer.js';

/** A table of more rows is served, but not kept: the cache's memory is for many small ones. */
const MOST_ROWS_KEPT = 20_000;

/** The form in which it is kept: whoever changes what a SummaryTable holds counts it up. */
const TABLE_FORM = 'kochava-summary/1';

/** What files came to, added up in the dimensions of a question. */
export interface SummaryTable {
  /** All of them where there is no `rest`. */
  readonly first: readonly KeyedRow[];
  readonly rest?: AsyncGenerator<KeyedRow[]>;
  /** Where a key may come again in `rest`, because files are still being read: ends that at once. */
  readonly stop?: () => void;
  /** Complete when `rest` has ended. */
  readonly seen: Readonly<Seen>;
}

export interface TableAsked {
  readonly question: KpiQuestion;
  readonly plan: KochavaPlan;
  readonly names: NetworkNames;
  readonly found: FoundSummaries;
  /** A large table may come in parts: its rows are added up by whoever reads them. */
  readonly addsUp?: boolean;
}

/** The files of summaries, read and added up while they come. */
@Injectable()
export class KochavaTables {
  /** Tables too large to be kept go to the first who takes them. */
  private readonly taken = new WeakSet<SummaryTable>();

  constructor(
    private readonly files: SmallFiles,
    private readonly links: ReportLinks,
    private readonly reads: VendorReads,
    private readonly columns: SummaryColumns,
    private readonly gatherer: RowGatherer,
  ) {}

  /**
   * Whoever asks reads `rest`, or returns it. Throws what the files throw: UPSTREAM_INVALID_RESPONSE names their columns;
   * where one is gone, all reports of `found` that have none any more say so in their rows.
   */
  async read(tenant: TenantContext, asked: TableAsked): Promise<SummaryTable> {
    const { value } = await this.reads.read<SummaryTable>({
      key: keyOf(asked),
      // What reports say does not change.
      changesUntil: '1970-01-01',
      caller: tenant,
      keep: ({ rest }) => rest === undefined,
      fetch: (signal) => this.gather(asked, signal),
    });
    if (!value.rest) return value;
    if (this.taken.has(value) || (value.stop && !asked.addsUp)) return this.gather(asked, tenant.signal);
    this.taken.add(value);
    // From here on it is this caller's alone.
    if (value.stop) tenant.signal?.addEventListener('abort', value.stop, { once: true });
    return value;
  }

  private gather(asked: TableAsked, signal: Leaving | undefined): Promise<SummaryTable> {
    const seen: Seen = { unknown: new Set(), otherNames: false };
    if (!asked.addsUp) return this.addedUp(asked, this.rows(asked, seen, signal), seen, signal);
    const left = new AbortController();
    const stop = (): void => left.abort();
    signal?.addEventListener('abort', stop, { once: true });
    return this.inParts(asked, this.rows(asked, seen, left.signal), seen, stop);
  }

  private async addedUp(
    { plan }: TableAsked,
    rows: AsyncGenerator<KeyedRow[]>,
    seen: Seen,
    signal: Leaving | undefined,
  ): Promise<SummaryTable> {
    const gathered = this.gatherer.gather(plan.counters.length);
    try {
      for await (const batch of rows) {
        for (const { key, sums } of batch) {
          // Mostly there is nothing to wait for, and waiting costs more than adding.
          const spilling = gathered.add(key, sums);
          if (spilling) await spilling;
        }
      }
      const rest = gathered.rows();
      const first: KeyedRow[] = [];
      for (let next = await rest.next(); !next.done; next = await rest.next()) {
        first.push(...next.value);
        // Where all have left, nobody would end the rest.
        if (signal?.aborted) await rest.return(undefined);
        signal?.throwIfAborted();
        if (first.length > MOST_ROWS_KEPT) return { first, rest, seen };
      }
      return { first, seen };
    } catch (error) {
      await gathered.leave();
      throw error;
    }
  }

  private async inParts(
    { plan }: TableAsked,
    rest: AsyncGenerator<KeyedRow[]>,
    seen: Seen,
    stop: () => void,
  ): Promise<SummaryTable> {
    const held = new HeldRows(plan.counters.length);
    const isLarge = (): boolean => held.count > MOST_ROWS_KEPT;
    for (let next = await rest.next(); !next.done; next = await rest.next()) {
      for (const { key, sums } of next.value) held.add(key, sums);
      if (isLarge()) break;
    }
    const first = [...held.sorted()].flat();
    return isLarge() ? { first, rest, stop, seen } : { first, seen };
  }

  /** The rows of all files, as they lie there, in the dimensions of the question. */
  private async *rows(asked: TableAsked, seen: Seen, signal: Leaving | undefined): AsyncGenerator<KeyedRow[]> {
    const { question, plan, names, found } = asked;
    const onUnknown = (names: readonly string[]): void => names.forEach((name) => seen.unknown.add(name));
    for (const { app, row } of found.reports) {
      const keyOfRow = keysOf(question, plan, app, names, seen);
      for await (const rows of this.rowsOf(row, asked, onUnknown, signal)) {
        const made: KeyedRow[] = [];
        for (const summary of rows) {
          const key = keyOfRow(summary);
          if (key) made.push({ key, sums: summary.counters });
        }
        if (made.length > 0) yield made;
      }
    }
  }

  private async open(row: ReportModel, found: FoundSummaries, signal: Leaving | undefined) {
    try {
      return await this.files.open(row, signal);
    } catch (error) {
      if (error instanceof GoneFile) {
        await this.links.noteGone(found.reports.flatMap((one) => (one.row === row ? [] : [one.row])));
      }
      throw error;
    }
  }

  private async *rowsOf(
    row: ReportModel,
    { plan, found }: TableAsked,
    onUnknown: (names: readonly string[]) => void,
    signal: Leaving | undefined,
  ): AsyncGenerator<SummaryRow[]> {
    const { body } = await readableFile(await this.open(row, found, signal));
    const { grouping, start, end } = plan.asked;
    const wish = { groupings: grouping, counters: plan.counters, from: Date.parse(start), until: Date.parse(end) };
    const own = ownColumnsOf(row);
    yield* readSummary(readRows(body, { format: 'csv' }), this.columns, wish, (places) =>
      onUnknown(places.unknown.filter((name) => !own.has(name))),
    );
  }
}

/** Columns of groupings that were asked for by somebody else. */
function ownColumnsOf({ request }: ReportModel): ReadonlySet<string> {
  const grouping = (request as unknown as AskedReport).spec.summary?.grouping ?? [];
  return new Set(grouping.flatMap((name) => [name, `${name}_name`]));
}

/** Form, credential, reports, and what they are added up to; names of networks where they are part of that. */
function keyOf({ question, plan, names, found, addsUp }: TableAsked): string {
  const { from, to, groupBy } = question;
  const filters = plan.filters.map(({ grouping, keep }) => [grouping, ...keep]);
  const aliases = groupBy.includes('NETWORK') ? names.fingerprint : '';
  // An app's name stands in its rows.
  const apps = groupBy.includes('APP') ? found.reports.map(({ app }) => [app.id, app.name]) : [];
  const reports = found.reports.map(({ row }) => row.id);
  // A table that streams is one caller's: whoever wants it added up must not join.
  const shape = [addsUp, reports, from, to, groupBy, plan.offsetHours, plan.counters, filters, aliases, apps];
  return `${TABLE_FORM}:${found.credentialId}:${createHash('sha256').update(JSON.stringify(shape)).digest('base64url')}`;
}

import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { abortSignalOf, type Leaving } from '#libs/domain';
import type { ReportModel } from '#libs/database';
import { Log } from '../operations/log.js';
import { ReportFollower } from './report-follower.js';
import { isLive } from './report-words.js';
import { SummaryReports } from './summary-reports.js';

const POLL_MS = 250;
/** Between two looks at the vendor, while somebody waits. */
const LOOK_EVERY_MS = 1_500;

/** Waits for reports, once for all who wait for the same; their jobs follow them on, whoever stops waiting. */
@Injectable()
export class ReportWaits {
  /** How many wait for each report. */
  private readonly waited = new Map<string, number>();
  /** As they were seen last. */
  private readonly seen = new Map<string, ReportModel>();
  private rounds?: Promise<void>;

  constructor(
    private readonly reports: SummaryReports,
    private readonly follower: ReportFollower,
    private readonly log: Log,
  ) {}

  /**
   * The rows as they stand when none is under way any more (or `isAwaited`), when the time is over, or when the caller has
   * left.
   */
  async wait(
    rows: readonly ReportModel[],
    milliseconds: number,
    signal?: Leaving,
    isAwaited: (row: ReportModel) => boolean = isLive,
  ): Promise<ReportModel[]> {
    const end = Date.now() + milliseconds;
    const leaving = abortSignalOf(signal);
    const ids = rows.filter(isLive).map(({ id }) => id);
    for (const id of ids) this.waited.set(id, (this.waited.get(id) ?? 0) + 1);
    const now = (): ReportModel[] => rows.map((row) => this.seen.get(row.id) ?? row);
    const goOn = (): Promise<void> => (this.rounds ??= this.goRound().finally(() => (this.rounds = undefined)));
    try {
      // Whoever does not wait asks again: by then it is to be known.
      if (ids.length > 0) void goOn();
      while (now().some(isAwaited) && Date.now() < end && !signal?.aborted) {
        const left = sleep(Math.min(POLL_MS, Math.max(1, end - Date.now())), undefined, { signal: leaving });
        await Promise.race([goOn(), left]).catch(() => undefined);
      }
      return now();
    } finally {
      for (const id of ids) {
        const others = this.waited.get(id)! - 1;
        if (others > 0) this.waited.set(id, others);
        else {
          this.waited.delete(id);
          this.seen.delete(id);
        }
      }
    }
  }

  /** One look at all that is waited for. Nothing here may fail a caller: what is not seen is waited for on. */
  private async goRound(): Promise<void> {
    try {
      const ids = [...this.waited.keys()].filter((id) => {
        const seen = this.seen.get(id);
        return !seen || isLive(seen);
      });
      await this.reports.hasten(ids, new Date(Date.now() + LOOK_EVERY_MS));
      const rows = await this.reports.byIds(ids);
      const due = rows.filter((row) => isLive(row) && row.nextLookAt && row.nextLookAt.getTime() <= Date.now());
      await Promise.all(due.map(({ id }) => this.follower.look(id)));
      const fresh = due.length > 0 ? await this.reports.byIds(ids) : rows;
      for (const row of fresh) if (this.waited.has(row.id)) this.seen.set(row.id, row);
    } catch (cause) {
      this.log.warn('reports that are waited for could not be looked at', { reason: String(cause) });
    }
    await sleep(POLL_MS);
  }
}

import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { ScheduleModel } from '#libs/database';
import { GatewayError } from '#libs/domain';
import type { ScheduleProgress } from '#libs/kochava-reporting';
import { UpstreamError } from '#libs/upstream-http';
import { JobQueue } from '../jobs/job-queue.js';
import type { AskedSchedule } from './asked-schedule.js';
import { nextRunOf } from './run-windows.js';
import { ScheduleAtKochava } from './schedule-at-kochava.js';
import { ScheduleRuns } from './schedule-runs.js';
import { SCHEDULE_JOBS, ScheduleSender, SEEN_AFTER_MS } from './schedule-sender.js';
import { type ScheduleChange, ScheduleStore } from './schedule-store.js';
import type { ScheduleStatus } from './schedule.model.js';

const LOOKED_FOR_MS = 300_000;
const FIRST_MS = 2_000;
const LAST_MS = 60_000;
/** While a run is awaited, or Kochava does not answer. */
const AGAIN_MS = 300_000;
const DAY_MS = 86_400_000;
const LIVE: ScheduleStatus[] = ['SUBMITTING', 'UNCONFIRMED', 'ACTIVE'];

/** Finds schedules whose answer was lost, and looks after each run for what it has made. */
@Injectable()
export class ScheduleFollower implements OnModuleInit {
  constructor(
    private readonly store: ScheduleStore,
    private readonly sender: ScheduleSender,
    private readonly vendor: ScheduleAtKochava,
    private readonly runs: ScheduleRuns,
    private readonly jobs: JobQueue,
  ) {}

  onModuleInit(): void {
    this.jobs.register({
      name: SCHEDULE_JOBS,
      work: (id) => this.look(id),
      overdue: () => this.store.overdue(),
    });
  }

  /** Looks once, where it is due. */
  async look(id: string): Promise<void> {
    const row = await this.store.takeDue(id);
    if (!row) return;
    try {
      if (row.upstreamToken !== null) await this.settle(row, await this.follow(row));
      else if (row.sentAt === null) await this.sender.send(row);
      else await this.settle(row, await this.search(row));
    } catch (error) {
      // No answer is no news. Without its credential nobody will ever tell.
      const gone = error instanceof GatewayError && error.code === 'CREDENTIAL_MISSING';
      await this.settle(row, { nextLookAt: new Date(Date.now() + (gone ? DAY_MS : AGAIN_MS)) });
    }
  }

  private async follow(row: ScheduleModel): Promise<ScheduleChange> {
    let told: ScheduleProgress;
    try {
      told = await this.vendor.progress(row);
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.failure !== 'not-found') throw error;
      return { status: 'DELETED', statusDetail: error.message, nextLookAt: null, nextRunAt: null };
    }
    if (/^(deleted|cancell?ed)$/i.test(told.status)) {
      return { status: 'DELETED', statusDetail: told.status, nextLookAt: null, nextRunAt: null };
    }
    const { until, pending } = await this.runs.account(row, told.lastReportToken);
    const nextRunAt = told.nextRunAt ?? nextRunOf(row.request as unknown as AskedSchedule, new Date());
    const after = pending ? AGAIN_MS : Math.max(SEEN_AFTER_MS, nextRunAt.getTime() + SEEN_AFTER_MS - Date.now());
    const nextLookAt = new Date(Date.now() + Math.min(DAY_MS, after));
    return { statusDetail: told.status, nextRunAt, accountedUntil: until, nextLookAt };
  }

  private async search(row: ScheduleModel): Promise<ScheduleChange> {
    const found = await this.vendor.find(row);
    if (found) {
      const nextRunAt = found.nextRunAt ?? nextRunOf(row.request as unknown as AskedSchedule, new Date());
      const nextLookAt = new Date(nextRunAt.getTime() + SEEN_AFTER_MS);
      return { status: 'ACTIVE', statusDetail: found.status, upstreamToken: found.token, nextRunAt, nextLookAt };
    }
    const age = Date.now() - (row.sentAt ?? row.createdAt).getTime();
    if (age < LOOKED_FOR_MS) {
      const again = Math.min(LAST_MS, FIRST_MS * 1.6 ** row.looks);
      return { status: 'UNCONFIRMED', nextLookAt: new Date(Date.now() + again) };
    }
    const statusDetail =
      'The answer was lost, and Kochava lists no such schedule. Ask for it again, if it is still wanted.';
    return { status: 'DELETED', statusDetail, nextLookAt: null };
  }

  private async settle(row: ScheduleModel, change: ScheduleChange): Promise<void> {
    const changed = await this.store.change(row.id, LIVE, change);
    if (changed && change.nextLookAt) await this.jobs.wake(SCHEDULE_JOBS, row.id, change.nextLookAt);
  }
}

import { Injectable } from '@nestjs/common';
import type { ScheduleModel } from '#libs/database';
import { UpstreamError } from '#libs/upstream-http';
import { ScheduleAtKochava } from './schedule-at-kochava.js';
import { ScheduleStore } from './schedule-store.js';
import type { ScheduleStatus } from './schedule.model.js';

const STANDING: ScheduleStatus[] = ['ACTIVE'];

/** Changes of a schedule that stands at Kochava, and whether they have been done. */
@Injectable()
export class ScheduleStanding {
  constructor(
    private readonly store: ScheduleStore,
    private readonly vendor: ScheduleAtKochava,
  ) {}

  async updateNotify(row: ScheduleModel, notify: string[]): Promise<ScheduleModel> {
    await this.vendor.updateNotify(row, notify);
    return (await this.store.change(row.id, STANDING, { notify })) ?? { ...row, notify };
  }

  /** One that Kochava no longer knows is as good as deleted. */
  async delete(row: ScheduleModel): Promise<ScheduleModel> {
    try {
      await this.vendor.delete(row);
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.failure !== 'not-found') throw error;
    }
    return this.deleted(row);
  }

  /** The schedule, where a change whose answer was lost has been done. */
  async done(row: ScheduleModel, asked: { notify?: string[] }): Promise<ScheduleModel | undefined> {
    // A list is set, not added to: it may be set again.
    if (asked.notify) return row.status === 'ACTIVE' ? this.updateNotify(row, asked.notify) : undefined;
    if (row.status === 'DELETED') return row;
    try {
      await this.vendor.progress(row);
      return undefined;
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.failure !== 'not-found') throw error;
      return this.deleted(row);
    }
  }

  private async deleted(row: ScheduleModel): Promise<ScheduleModel> {
    const change = { status: 'DELETED', statusDetail: 'Deleted', nextRunAt: null, nextLookAt: null };
    return (await this.store.change(row.id, ['ACTIVE', 'DELETED'], change)) ?? { ...row, ...change };
  }
}

import { Injectable } from '@nestjs/common';
import type { ScheduleModel } from '#libs/database';
import { GatewayError } from '#libs/domain';
import { type Created, mayHaveBeenDone } from '#libs/kochava-reporting';
import { UpstreamError } from '#libs/upstream-http';
import { beforeSending } from '../edge/before-sending.js';
import { toGatewayError } from '../edge/gateway-failure.js';
import { JobQueue } from '../jobs/job-queue.js';
import { Log } from '../operations/log.js';
import { type AskedSchedule, upstreamScheduleOf } from './asked-schedule.js';
import { nextRunOf } from './run-windows.js';
import { ScheduleAtKochava } from './schedule-at-kochava.js';
import { type ScheduleChange, ScheduleStore } from './schedule-store.js';

export const SCHEDULE_JOBS = 'schedules';

const FIRST_LOOK_MS = 2_000;
const LOOKED_FOR = 'The answer was lost: the schedule is looked for at Kochava, and not asked for again.';

/** When its run may have made a report that can be seen. */
export const SEEN_AFTER_MS = 60_000;

/** Asks Kochava for a schedule, once in its life, whoever tries how often. */
@Injectable()
export class ScheduleSender {
  constructor(
    private readonly store: ScheduleStore,
    private readonly vendor: ScheduleAtKochava,
    private readonly jobs: JobQueue,
    private readonly log: Log,
  ) {}

  /** The row as it stands after; UNCONFIRMED where the answer was lost. A refusal leaves no row, and is thrown. */
  async send(row: ScheduleModel): Promise<ScheduleModel> {
    const credential = await beforeSending(() => this.vendor.credentialOf(row));
    const asked = row.request as unknown as AskedSchedule;
    const request = upstreamScheduleOf(asked, row.upstreamApp, this.store.keysOf(row));
    if (!(await this.store.markSent(row.id))) return row;
    let created: Created;
    try {
      created = await this.vendor.create(credential, request);
    } catch (error) {
      if (error instanceof UpstreamError && !mayHaveBeenDone(error)) {
        await this.store.drop(row.id);
        const { code, message, details } = toGatewayError(error);
        throw new GatewayError(code, message, { ...details, sent: 'no' });
      }
      this.log.warn('the answer to a schedule was lost', { schedule: row.id, code: toGatewayError(error).code });
      return this.settle(row, { status: 'UNCONFIRMED', statusDetail: LOOKED_FOR }, soon());
    }
    if (created.token === undefined) {
      return this.settle(row, { status: 'UNCONFIRMED', statusDetail: LOOKED_FOR }, soon());
    }
    const nextRunAt = nextRunOf(asked, new Date());
    const change = { status: 'ACTIVE', statusDetail: created.status, upstreamToken: created.token, nextRunAt };
    return this.settle(row, change, new Date(nextRunAt.getTime() + SEEN_AFTER_MS));
  }

  /** It has been sent: a database that is away must not make an error of it. */
  private async settle(row: ScheduleModel, change: ScheduleChange, nextLookAt: Date): Promise<ScheduleModel> {
    try {
      const changed = await this.store.change(row.id, ['SUBMITTING', 'UNCONFIRMED'], { ...change, nextLookAt });
      if (changed) await this.jobs.wake(SCHEDULE_JOBS, row.id, nextLookAt);
      return changed ?? row;
    } catch (cause) {
      this.log.error('what became of a schedule could not be written down', { schedule: row.id, cause });
      return { ...row, status: 'UNCONFIRMED', statusDetail: LOOKED_FOR };
    }
  }
}

const soon = (): Date => new Date(Date.now() + FIRST_LOOK_MS);

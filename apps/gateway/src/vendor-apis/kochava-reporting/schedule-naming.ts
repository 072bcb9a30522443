import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#libs/domain';
import type { AskedSchedule } from '../../schedules/asked-schedule.js';
import { ScheduleFollower } from '../../schedules/schedule-follower.js';
import { ScheduleStore } from '../../schedules/schedule-store.js';
import { scheduleOf, type ScheduleOfApp } from '../../schedules/schedule.model.js';

const PATIENCE_MS = 15_000;
const EVERY_MS = 500;

/** As ReportNaming, of schedules: Kochava would make a second one of the same. */
@Injectable()
export class ScheduleNaming {
  constructor(
    private readonly store: ScheduleStore,
    private readonly follower: ScheduleFollower,
  ) {}

  async keyOf(tenant: TenantContext, appId: string, asked: AskedSchedule): Promise<string> {
    return (await this.store.lostTwin(tenant, appId, asked)) ?? `kochava-reporting/${randomUUID()}`;
  }

  /** The schedule as it stands when it has a token, is no more looked for, or nobody waits any longer. */
  async named(tenant: TenantContext, { id }: ScheduleOfApp): Promise<ScheduleOfApp> {
    const end = Date.now() + PATIENCE_MS;
    for (;;) {
      await this.follower.look(id);
      const row = await this.store.get(tenant, id);
      const isLost = row.status === 'SUBMITTING' || row.status === 'UNCONFIRMED';
      if (!isLost || Date.now() >= end || tenant.signal?.aborted) return scheduleOf(row);
      await sleep(EVERY_MS);
    }
  }
}

import { Injectable } from '@nestjs/common';
import type { ReportModel } from '#libs/database';
import { GatewayError } from '#libs/domain';
import { UpstreamError } from '#libs/upstream-http';
import { ReportAtKochava } from './report-at-kochava.js';
import { changeOf } from './report-progress.js';
import { ReportStore } from './report-store.js';
import { LIVE, type ReportStatus } from './report-words.js';

/** CONFLICT unless it is queued, by what is known here; Kochava may know better. */
export function mustBeQueued({ status }: ReportModel): void {
  if (status !== 'QUEUED') throw notQueued(status);
}

export function notQueued(status: string): GatewayError {
  const why =
    status === 'SUBMITTING' || status === 'UNCONFIRMED'
      ? 'Kochava has not confirmed it yet: try again when it is QUEUED.'
      : 'Only what is QUEUED can be deleted.';
  return new GatewayError('CONFLICT', `The report is ${status}. ${why}`);
}

/** Takes back reports that Kochava has not begun. */
@Injectable()
export class ReportCanceller {
  constructor(
    private readonly store: ReportStore,
    private readonly vendor: ReportAtKochava,
  ) {}

  /** CONFLICT where Kochava has begun meanwhile; the row then says so. */
  async cancel(row: ReportModel): Promise<ReportModel> {
    try {
      await this.vendor.cancel(row);
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.failure !== 'conflict') throw error;
      await this.refresh(row).catch(() => undefined);
      throw new GatewayError(
        'CONFLICT',
        `Kochava has begun the report, and does not delete it any more: ${error.message}`,
        {
          vendor: 'KOCHAVA',
          upstreamStatus: error.status,
        },
      );
    }
    const deleted = { status: 'DELETED', statusDetail: 'deleted', nextLookAt: null } as const;
    // It is gone there, whatever the row has become meanwhile.
    return (await this.store.change(row.id, [...LIVE, 'DELETED'], deleted)) ?? { ...row, ...deleted };
  }

  /** The report, where a deletion whose answer was lost has been done. */
  async cancelled(row: ReportModel): Promise<ReportModel | undefined> {
    if (row.status === 'DELETED') return row;
    const { state } = await this.vendor.progress(row);
    if (state !== 'deleted') return undefined;
    return this.store.change(row.id, LIVE, { status: 'DELETED', statusDetail: 'deleted', nextLookAt: null });
  }

  private async refresh(row: ReportModel): Promise<void> {
    const { nextLookAt: _, ...change } = changeOf(row, await this.vendor.progress(row));
    // Its end is the follower's to write, which also reads the columns.
    if (change.status === 'IN_PROGRESS') await this.store.change(row.id, [row.status as ReportStatus], change);
  }
}

import type { ReportModel } from '#libs/database';
import type { ReportProgress } from '#libs/kochava-reporting';
import type { AskedReport } from './asked-report.js';
import type { ReportChange } from './report-store.js';

/** What a row becomes by what Kochava tells of its report. */
export function changeOf(row: ReportModel, told: ReportProgress): ReportChange {
  const { token: upstreamToken, detail, progress } = told;
  switch (told.state) {
    case 'queued':
      return { status: 'QUEUED', statusDetail: detail ?? told.status, progress: progress ?? 0, upstreamToken };
    case 'running':
      return { status: 'IN_PROGRESS', statusDetail: detail ?? told.status, progress: progress ?? null, upstreamToken };
    case 'deleted':
      return { status: 'DELETED', statusDetail: detail ?? told.status, upstreamToken, nextLookAt: null };
    case 'failed':
      return { ...failed(told), upstreamToken, nextLookAt: null };
    case 'completed':
      return {
        status: 'COMPLETED',
        statusDetail: whereabouts(row, told),
        failure: null,
        progress: 100,
        upstreamToken,
        hasFile: told.link !== undefined,
        fileSize: told.fileSize ?? null,
        completedAt: told.statusAt ?? new Date(),
        nextLookAt: null,
      };
  }
}

function failed({ failure, detail, status }: ReportProgress): ReportChange {
  const message = failure?.message || detail || status;
  const retryable = failure?.retryable ?? false;
  const code = /api[ _]?key/i.test(message)
    ? 'CREDENTIAL_REJECTED'
    : retryable
      ? 'UPSTREAM_UNAVAILABLE'
      : 'UPSTREAM_REJECTED';
  return { status: 'FAILED', statusDetail: message, failure: { code, message, retryable } };
}

/** Where the file went, and what else is to be known of it. */
function whereabouts(row: ReportModel, { link, notificationFailed }: ReportProgress): string {
  const { delivery } = row.request as unknown as AskedReport;
  const place = goneTo(row) ?? 'The file is at Kochava; the gateway serves it.';
  const parts = [link === undefined ? place : 'The file is at Kochava; the gateway serves it.'];
  if (link !== undefined && delivery?.savedS3)
    parts.push('Kochava keeps no bucket for the app, and fell back to a link.');
  if (notificationFailed) parts.push('Kochava could not mail those who were to be notified.');
  return parts.join(' ');
}

/** Where a file went that has no link. */
export function goneTo({ kind, request }: ReportModel): string | undefined {
  const { delivery } = request as unknown as AskedReport;
  if (kind === 'AUDIENCE_ACTIVATION') return 'The audience went to its partner: there is no file.';
  if (delivery?.sftp) return `The file went to ${delivery.sftp.host}, by SFTP.`;
  if (delivery?.s3) return `The file went to the bucket ${delivery.s3.bucket}.`;
  if (delivery?.savedS3) return 'The file went to the bucket that Kochava keeps for the app.';
  return undefined;
}

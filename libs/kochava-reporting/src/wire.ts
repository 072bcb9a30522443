import { UpstreamError } from '#libs/upstream-http';
import { DateTime } from 'luxon';
import { VENDOR, errorWords, isNotificationFailure, isObject, reportFailure, type WireObject } from './failure.js';
import type { Created, KochavaApp, ReportProgress, ReportState, ScheduleProgress } from './types.js';
import { withoutSecrets } from './without-secrets.js';

/** An answer that is not what the document says. `clause` is about the answer, and names no value of it. */
export function unreadable(operation: string, clause: string): UpstreamError {
  return new UpstreamError('malformed', `Kochava's answer to ${operation} can't be used: ${clause}.`, {
    vendor: VENDOR,
    operation,
    sent: true,
    status: 200,
  });
}

/** A field as text; numbers are taken too, as some servers send them; '' and null are as if missing. */
function text(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}

/** `YYYY-MM-DD HH:MM:SS`, UTC. */
function date(value: unknown): Date | undefined {
  const at = DateTime.fromSQL(text(value) ?? '', { zone: 'utc' });
  return at.isValid ? at.toJSDate() : undefined;
}

function number(value: unknown): number | undefined {
  const found = Number(text(value) ?? NaN);
  return Number.isFinite(found) ? found : undefined;
}

/** A signed 64-bit integer as Kochava writes it; "-1" is its word for none. */
function token(value: unknown): string | undefined {
  const found = text(value);
  return found === '-1' || found === '0' ? undefined : found;
}

function objectOf(document: unknown, operation: string): WireObject {
  if (!isObject(document)) throw unreadable(operation, 'it is no object');
  return document;
}

function statusOf(value: WireObject, operation: string): string {
  const status = text(value.status);
  if (status === undefined) throw unreadable(operation, 'it has no status');
  return status;
}

/** The answer to a create: `queued` or `scheduled` with a token, and without one for what is under way already. */
export function readCreated(document: unknown, operation: string): Created {
  const value = objectOf(document, operation);
  const status = statusOf(value, operation);
  const found = token(value.report_token ?? value.token);
  if (found === undefined && stateOf(status) !== 'queued' && stateOf(status) !== 'running') {
    throw unreadable(operation, 'it has neither a token nor the status of a report under way');
  }
  return { status, token: found };
}

/** `deleted`, `Deleted`, `updated`: anything else is no confirmation. */
export function readConfirmation(document: unknown, operation: string, expected: string): void {
  const status = statusOf(objectOf(document, operation), operation);
  if (status.toLowerCase() !== expected) throw unreadable(operation, `its status is not ${expected}`);
}

/** "Queued", "In Progress", "Completed" of the document; `running` of the servers; any other word is not the end. */
function stateOf(status: string): ReportState {
  switch (status.toLowerCase().replace(/[_-]/g, ' ')) {
    case 'queued':
    case 'scheduled':
      return 'queued';
    case 'completed':
    case 'complete':
      return 'completed';
    case 'error':
    case 'failed':
      return 'failed';
    case 'deleted':
    case 'canceled':
    case 'cancelled':
      return 'deleted';
    default:
      return 'running';
  }
}

const link = (value: unknown): string | undefined => {
  const found = text(value);
  return found !== undefined && /^https?:\/\//i.test(found) && URL.canParse(found) ? found : undefined;
};

/** A report as `progress` tells it, or one item of `tokens`. */
export function readProgress(document: unknown, operation: string, askedToken?: string): ReportProgress {
  const value = objectOf(document, operation);
  const status = statusOf(value, operation);
  const reportToken = askedToken ?? token(value.report_token ?? value.token);
  if (reportToken === undefined) throw unreadable(operation, 'a report in it has no token');
  const words = errorWords(value) ?? text(value.status_detail);
  const notificationFailed = isNotificationFailure(words);
  const state = notificationFailed ? 'completed' : stateOf(status);
  const progress = number(value.progress);
  return {
    token: reportToken,
    state,
    status,
    detail: text(value.status_detail) ?? text(value.error),
    progress:
      state === 'completed'
        ? 100
        : progress === undefined
          ? undefined
          : Math.min(100, Math.max(0, Math.round(progress))),
    statusAt: date(value.status_date),
    fileSize: number(value.file_size),
    link: state === 'completed' ? link(value.report) : undefined,
    reportType: text(value.report_type),
    request: isObject(value.report_request) ? withoutSecrets(value.report_request) : undefined,
    failure: state === 'failed' ? reportFailure(words ?? '') : undefined,
    notificationFailed,
  };
}

/** A schedule as `schedule/progress` tells it, or one item of `schedule/tokens`. */
export function readSchedule(document: unknown, operation: string, askedToken?: string): ScheduleProgress {
  const value = objectOf(document, operation);
  const status = statusOf(value, operation);
  const scheduleToken = askedToken ?? token(value.report_token ?? value.token);
  if (scheduleToken === undefined) throw unreadable(operation, 'a schedule in it has no token');
  const request = isObject(value.report_request) ? withoutSecrets(value.report_request) : undefined;
  const words = errorWords(value);
  return {
    token: scheduleToken,
    status,
    statusAt: date(value.status_date),
    nextRunAt: date(value.next_scheduled_on),
    lastReportToken: token(value.last_requested_token),
    reportType: text(value.report_type),
    frequency: text(value.frequency ?? request?.frequency)?.toLowerCase(),
    runOn: text(value.run_on ?? value.runon ?? request?.run_on ?? request?.runon),
    request,
    failure: words === undefined || isNotificationFailure(words) ? undefined : reportFailure(words),
  };
}

/** A list, which is a bare array everywhere. What is no array is no empty list. */
export function readList<T>(document: unknown, operation: string, read: (item: unknown) => T): T[] {
  if (!Array.isArray(document)) throw unreadable(operation, 'it is no list');
  return document.map(read);
}

export function readApp(item: unknown): KochavaApp {
  const value = objectOf(item, 'getapps');
  const guid = text(value.guid ?? value.app_guid);
  if (guid === undefined) throw unreadable('getapps', 'an app in it has no guid');
  return {
    guid,
    name: text(value.app_name) ?? guid,
    appId: text(value.app_id) ?? '',
    accountName: text(value.account_name) ?? '',
    platform: text(value.platform) ?? '',
  };
}

/** `{"status":"OK","valid_fields":[...]}`, or the bare list. */
export function readFields(document: unknown, operation: string): string[] {
  const fields = isObject(document) ? document.valid_fields : document;
  return readList(fields, operation, (item) => {
    const name = text(item);
    if (name === undefined) throw unreadable(operation, 'a name in its list is none');
    return name;
  });
}

import { cadenceProblems } from './cadence.js';
import { contentProblems, isOneLine, type Problem } from './check-content.js';
import { type Delivery, endpointOf, type ReportRequest, type ScheduleRequest } from './types.js';

/** A request that Kochava's document rules out, found before anything was sent. All that is wrong, at once. */
export class InvalidKochavaReportingRequest extends Error {
  constructor(readonly problems: readonly Problem[]) {
    super(problems.map(({ parameter, detail }) => `${parameter} ${detail}`).join('; '));
    this.name = 'InvalidKochavaReportingRequest';
  }
}

/** Mails that one list may have; ours, as Kochava names no bound. */
export const MOST_NOTIFIED = 50;

const MAIL = /^[^\s@<>(),;:"[\]]+@[^\s@<>(),;:"[\]]+\.[^\s@<>(),;:"[\]]{2,}$/;

export function notifyProblems(notify: readonly string[]): Problem[] {
  if (notify.length === 0) return [{ parameter: 'notify', detail: 'must name at least one address' }];
  if (notify.length > MOST_NOTIFIED) {
    return [{ parameter: 'notify', detail: `must name at most ${MOST_NOTIFIED} addresses` }];
  }
  return notify.flatMap((mail, index) =>
    mail.length <= 254 && MAIL.test(mail) ? [] : [{ parameter: `notify[${index}]`, detail: 'is no mail address' }],
  );
}

function deliveryProblems(delivery: Delivery): Problem[] {
  const missing = (fields: Record<string, string>): Problem[] =>
    Object.entries(fields).flatMap(([field, value]) =>
      isOneLine(value) && !/\s/.test(value)
        ? []
        : [{ parameter: `delivery.${field}`, detail: 'must be given, without spaces' }],
    );
  switch (delivery.to) {
    case 's3':
      return missing({
        region: delivery.region,
        bucket: delivery.bucket,
        accessKey: delivery.accessKey.reveal(),
        secretKey: delivery.secretKey.reveal(),
      });
    case 'sftp': {
      const problems = missing({ host: delivery.host, user: delivery.user });
      const { port } = delivery;
      if (!Number.isInteger(port) || port < 1 || port > 65_535) {
        problems.push({ parameter: 'delivery.port', detail: 'must be a port, 1 to 65535' });
      }
      return problems;
    }
    default:
      return [];
  }
}

function commonProblems(request: ReportRequest | ScheduleRequest): Problem[] {
  const problems: Problem[] = [];
  if (!isOneLine(request.appGuid)) problems.push({ parameter: 'appGuid', detail: "must be the app's guid at Kochava" });
  problems.push(...contentProblems(request.content));
  if (request.delivery) problems.push(...deliveryProblems(request.delivery));
  if (endpointOf(request.content) === 'audience' && (request.delivery?.to ?? 'link') !== 'link') {
    problems.push({ parameter: 'delivery', detail: 'has no meaning here: an activated audience goes to the partner' });
  }
  if (request.notify) problems.push(...notifyProblems(request.notify));
  return problems;
}

function windowProblems({ content, window }: ReportRequest): Problem[] {
  if (!window) {
    const needless =
      content.kind === 'written' ||
      content.kind === 'custom' ||
      (content.kind === 'audience' && content.sql !== undefined) ||
      (content.kind === 'deviceid' && content.filtering?.timerange !== undefined);
    return needless
      ? []
      : [{ parameter: 'window', detail: `must be given: a ${content.kind} report covers a stretch of time` }];
  }
  const { start, end } = window;
  const isTime = (seconds: number): boolean => Number.isSafeInteger(seconds) && seconds >= 0;
  if (!isTime(start) || !isTime(end)) return [{ parameter: 'window', detail: 'must be in whole seconds since 1970' }];
  return start < end ? [] : [{ parameter: 'window', detail: 'must end after it starts' }];
}

/** Throws InvalidKochavaReportingRequest with everything that is wrong. */
export function checkReport(request: ReportRequest): void {
  throwIfAny([...commonProblems(request), ...windowProblems(request)]);
}

/** Throws InvalidKochavaReportingRequest with everything that is wrong. */
export function checkSchedule(request: ScheduleRequest): void {
  const cadence = cadenceProblems(request.cadence).map(({ field, detail }) => ({
    parameter: `cadence.${field}`,
    detail,
  }));
  throwIfAny([...commonProblems(request), ...cadence]);
}

export function throwIfAny(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new InvalidKochavaReportingRequest(problems);
}

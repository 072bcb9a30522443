import { DateTime } from 'luxon';
import { badInput, type FieldError } from '#libs/domain';

/** The days that a KPI report is about. */
export interface ReportDays {
  /** First and last, both included. */
  from: string;
  to: string;
  /** The zone's at the window's start: a KPI question has one. */
  utcOffset: string;
  /** The zone has another offset on some later day of the window. */
  changes: boolean;
}

interface Window {
  start?: string;
  end?: string;
  timeZone: string;
}

const WHOLE_DAYS = 'a KPI report is of whole days';

/**
 * What is wrong with a window whose ends are instants, `end` excluded: what is missing, and ends that are not where a day
 * of the zone begins. Without a zone that is not told.
 */
export function windowProblems({ start, end, timeZone }: Partial<Window>): FieldError[] {
  const problems: FieldError[] = [];
  const { first, last } = endsOf({ start, end, timeZone: timeZone ?? 'UTC' });
  const isOff = (time: DateTime): boolean => timeZone !== undefined && !isMidnight(time);
  if (!first) problems.push({ pointer: '/start', detail: 'must be given: a KPI report covers days' });
  else if (isOff(first)) {
    problems.push({ pointer: '/start', detail: `must be the beginning of a day in ${timeZone}: ${WHOLE_DAYS}` });
  }
  if (!last) problems.push({ pointer: '/end', detail: 'must be given: a KPI report covers days' });
  else if (isOff(last)) {
    const detail = `must be the beginning of a day in ${timeZone}, which is not counted in: ${WHOLE_DAYS}`;
    problems.push({ pointer: '/end', detail });
  } else if (first && first >= last) problems.push({ pointer: '/end', detail: 'must be after start' });
  return problems;
}

/** The days of a window. BAD_USER_INPUT for what is wrong with it. */
export function daysOf(window: Window): ReportDays {
  const { first, last } = endsOf(window);
  const problems = windowProblems(window);
  if (!first || !last || problems.length > 0) throw badInput(problems);
  return {
    from: first.toISODate()!,
    to: last.minus({ days: 1 }).toISODate()!,
    utcOffset: first.toFormat('ZZ'),
    changes: hasAnotherOffset(first, last),
  };
}

/** An end in the last second of a day is that day's end: who asks Kochava writes it so. */
function endsOf({ start, end, timeZone: zone }: Window): { first?: DateTime; last?: DateTime } {
  return {
    first: start === undefined ? undefined : DateTime.fromISO(start, { zone }),
    last: end === undefined ? undefined : endOf(DateTime.fromISO(end, { zone })),
  };
}

const isMidnight = (time: DateTime): boolean => +time === +time.startOf('day');

function endOf(end: DateTime): DateTime {
  const next = end.startOf('second').plus({ seconds: 1 });
  return !isMidnight(end) && isMidnight(next) ? next : end;
}

/** Both ends of a year have the same: each day is looked at, as far as an answer may reach at all. */
function hasAnotherOffset(first: DateTime, last: DateTime): boolean {
  for (let days = 1; days <= MOST_DAYS; days++) {
    const day = first.plus({ days });
    if (day > last) return false;
    if (day.offset !== first.offset && day < last) return true;
  }
  return false;
}

const MOST_DAYS = 3_700;

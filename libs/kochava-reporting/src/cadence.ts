import { DateTime, IANAZone } from 'luxon';

export const FREQUENCIES = ['hourly', 'daily', 'weekly', 'monthly', 'quarterly'] as const;
export type Frequency = (typeof FREQUENCIES)[number];

/** When a schedule runs and what its reports cover: section "Scheduling Reports Overview" of the document. */
export interface Cadence {
  frequency: Frequency;
  /** Minute of the hour; hour of the day; day of the week, Monday 1 to Sunday 7 or 0; day of the month, or of a quarter's first month. */
  runOn: number;
  /** From the run back to the window's end: minutes, hours, days, days, days. */
  delay: number;
  /** The window's length: minutes, hours, days, months, quarters. Default one whole period. */
  previousTime?: number;
  /** IANA. */
  timeZone: string;
}

/** One run. `end` is excluded. */
export interface RunWindow {
  runAt: Date;
  start: Date;
  end: Date;
}

export interface CadenceProblem {
  field: 'frequency' | 'runOn' | 'delay' | 'previousTime' | 'timeZone';
  detail: string;
}

interface Rule {
  runOn: readonly [least: number, most: number, what: string];
  period: number;
  /** Most of delay and previousTime, about ten years: further back there are no reports. */
  mostDelay: number;
  mostPrevious: number;
}

const RULES: Record<Frequency, Rule> = {
  hourly: { runOn: [0, 59, 'a minute of the hour'], period: 60, mostDelay: 5_256_000, mostPrevious: 5_256_000 },
  daily: { runOn: [0, 23, 'an hour of the day'], period: 24, mostDelay: 87_600, mostPrevious: 87_600 },
  weekly: { runOn: [0, 7, 'a day of the week, Monday 1 to Sunday 7'], period: 7, mostDelay: 3650, mostPrevious: 3650 },
  monthly: { runOn: [1, 31, 'a day of the month'], period: 1, mostDelay: 3650, mostPrevious: 120 },
  quarterly: { runOn: [1, 31, "a day of the quarter's first month"], period: 1, mostDelay: 3650, mostPrevious: 40 },
};

/** What holds of every frequency, while it is not known which is meant. */
const ANY: Rule = {
  runOn: [0, 59, 'a minute, an hour or a day'],
  period: 1,
  mostDelay: 5_256_000,
  mostPrevious: 5_256_000,
};

/** What can't be, all of it; empty where the cadence is sound. */
export function cadenceProblems(cadence: Cadence): CadenceProblem[] {
  const rule = (RULES as Partial<Record<string, Rule>>)[cadence.frequency];
  const problems: CadenceProblem[] = [];
  if (!IANAZone.isValidZone(cadence.timeZone)) {
    problems.push({ field: 'timeZone', detail: 'is not a time zone: write it as Europe/Berlin or UTC' });
  }
  if (!rule) problems.push({ field: 'frequency', detail: `must be one of ${FREQUENCIES.join(', ')}` });
  const { runOn, mostDelay, mostPrevious } = rule ?? ANY;
  const [least, most, what] = runOn;
  const why = rule ? `, as the schedule is ${cadence.frequency}` : '';
  const check = (
    field: 'runOn' | 'delay' | 'previousTime',
    value: number,
    from: number,
    to: number,
    detail: string,
  ) => {
    if (!Number.isInteger(value) || value < from || value > to) problems.push({ field, detail });
  };
  check('runOn', cadence.runOn, least, most, `must be ${what}, ${least} to ${most}${why}`);
  check('delay', cadence.delay, 0, mostDelay, `must be a whole number from 0 to ${mostDelay}`);
  if (cadence.previousTime !== undefined) {
    const detail = `must be a whole number from 1 to ${mostPrevious}: a window of nothing has no report`;
    check('previousTime', cadence.previousTime, 1, mostPrevious, detail);
  }
  return problems;
}

/** `previousTime`, or one whole period. */
export const previousTimeOf = (cadence: Cadence): number => cadence.previousTime ?? RULES[cadence.frequency].period;

/**
 * The runs after an instant, without end. The cadence must be sound. Days and months, and the hours of a daily schedule,
 * are read off the clock on the wall, so that windows lie end to end where summer time comes and goes; a run on a day that
 * a month lacks happens on the month's last day.
 */
export function* runsAfter(cadence: Cadence, after: Date): Generator<RunWindow> {
  const windows = cadence.frequency === 'hourly' ? hourly(cadence, after) : byTheWall(cadence, after);
  for (const window of windows) if (window.runAt > after) yield window;
}

/** The next `count` runs after an instant. */
export function nextWindows(cadence: Cadence, after: Date, count: number): RunWindow[] {
  const found: RunWindow[] = [];
  if (count <= 0) return found;
  for (const window of runsAfter(cadence, after)) {
    found.push(window);
    if (found.length >= count) break;
  }
  return found;
}

/** Minutes are time that passes: the hour that summer time repeats has a run of its own. */
function* hourly(cadence: Cadence, after: Date): Generator<RunWindow> {
  const first = DateTime.fromJSDate(after, { zone: cadence.timeZone }).startOf('hour');
  for (let hours = -1; ; hours++) {
    const run = first.plus({ hours, minutes: cadence.runOn });
    const end = run.minus({ minutes: cadence.delay });
    const start = end.minus({ minutes: previousTimeOf(cadence) });
    yield { runAt: run.toJSDate(), start: start.toJSDate(), end: end.toJSDate() };
  }
}

type Wall = DateTime<true>;
const wall = (time: DateTime): Wall => time.setZone('utc', { keepLocalTime: true }) as Wall;

/** Reckons on a clock without summer time, and asks the zone last what instants those are. */
function* byTheWall(cadence: Cadence, after: Date): Generator<RunWindow> {
  const instant = (time: Wall): Date => time.setZone(cadence.timeZone, { keepLocalTime: true }).toJSDate();
  const today = wall(DateTime.fromJSDate(after, { zone: cadence.timeZone })).startOf('day') as Wall;
  for (let periods = -1; ; periods++) {
    const run = runOf(cadence, today, periods);
    const end = run.minus(cadence.frequency === 'daily' ? { hours: cadence.delay } : { days: cadence.delay });
    yield { runAt: instant(run), start: instant(startOf(cadence, end)), end: instant(end) };
  }
}

function runOf({ frequency, runOn }: Cadence, today: Wall, periods: number): Wall {
  switch (frequency) {
    case 'weekly':
      return today.startOf('week').plus({ weeks: periods, days: (runOn === 0 ? 7 : runOn) - 1 });
    case 'monthly':
    case 'quarterly': {
      const unit = frequency === 'monthly' ? 'month' : 'quarter';
      const first = today.startOf(unit).plus({ months: periods * (unit === 'month' ? 1 : 3) });
      return first.set({ day: Math.min(runOn, first.daysInMonth) });
    }
    default:
      return today.plus({ days: periods, hours: runOn });
  }
}

/** Months are reckoned from the first: "16 | 0 | 2" of the document's table is a month and a half. */
function startOf(cadence: Cadence, end: Wall): Wall {
  const length = previousTimeOf(cadence);
  switch (cadence.frequency) {
    case 'weekly':
      return end.minus({ days: length });
    case 'monthly':
      return end
        .minus({ days: 1 })
        .startOf('month')
        .minus({ months: length - 1 });
    case 'quarterly':
      return end
        .minus({ days: 1 })
        .startOf('quarter')
        .minus({ quarters: length - 1 });
    default:
      return end.minus({ hours: length });
  }
}

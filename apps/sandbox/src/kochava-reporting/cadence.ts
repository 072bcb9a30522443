import { DateTime } from 'luxon';
import type { ReportingBody } from './body.js';
import { invalid, missing } from './refusal.js';

/** When a schedule runs, in the document's own words. */
export interface Cadence {
  frequency: 'hourly' | 'daily' | 'weekly' | 'monthly' | 'quarterly';
  runOn: number;
  delay: number;
  previousTime: number;
  zone: string;
}

const LIMITS = {
  hourly: [0, 59, 60],
  daily: [0, 23, 24],
  weekly: [0, 7, 7],
  monthly: [1, 31, 1],
  quarterly: [1, 31, 1],
} as const;

export function cadenceOf(body: ReportingBody): Cadence {
  const frequency = body.text('frequency')?.toLowerCase() as Cadence['frequency'] | undefined;
  if (frequency === undefined) throw missing('frequency');
  const limits = LIMITS[frequency] as (typeof LIMITS)[Cadence['frequency']] | undefined;
  if (!limits) throw invalid('frequency');
  const runOn = body.number('run_on');
  if (runOn === undefined) throw missing('run_on');
  if (!(runOn >= limits[0] && runOn <= limits[1])) throw invalid('run_on');
  let delay = body.number('delay') ?? 0;
  let previousTime = body.number('previous_time') ?? limits[2];
  if (!(delay >= 0)) throw invalid('delay');
  if (!(previousTime >= 0)) throw invalid('previous_time');
  // The samples of the audience kinds have a previous_time of 0 and the length in `delay`.
  if (previousTime === 0) [previousTime, delay] = [Math.max(1, delay), 0];
  return { frequency, runOn, delay, previousTime, zone: body.text('time_zone') ?? 'UTC' };
}

const CLOCK = { zone: 'utc', keepLocalTime: true } as const;
const onTheClock = (at: DateTime): DateTime => at.setZone(CLOCK.zone, CLOCK);

/** The first run after an instant, in milliseconds. */
export function runAfter(cadence: Cadence, after: number): number {
  const { frequency, runOn, zone } = cadence;
  const local = DateTime.fromMillis(after, { zone });
  if (frequency === 'hourly') {
    const run = local.startOf('hour').plus({ minutes: runOn }).toMillis();
    return run > after ? run : local.startOf('hour').plus({ hours: 1, minutes: runOn }).toMillis();
  }
  const day = onTheClock(local).startOf('day');
  for (let ahead = 0; ; ahead++) {
    const date = day.plus({ days: ahead });
    const due =
      frequency === 'daily' ||
      (frequency === 'weekly' && date.weekday === (runOn === 0 ? 7 : runOn)) ||
      ((frequency === 'monthly' || (frequency === 'quarterly' && date.month % 3 === 1)) &&
        date.day === Math.min(runOn, date.daysInMonth ?? 31));
    if (!due) continue;
    const run = date.plus({ hours: frequency === 'daily' ? runOn : 0 }).setZone(zone, { keepLocalTime: true });
    if (run.toMillis() > after) return run.toMillis();
  }
}

/** What a run covers, in epoch seconds, both included. */
export function windowOfRun(
  { frequency, delay, previousTime, zone }: Cadence,
  runAt: number,
): { start: number; end: number } {
  const seconds = (at: DateTime): number => Math.floor(at.setZone(zone, { keepLocalTime: true }).toSeconds());
  const run = DateTime.fromMillis(runAt, { zone });
  if (frequency === 'hourly') {
    const end = run.minus({ minutes: delay });
    return {
      start: Math.floor(end.minus({ minutes: previousTime }).toSeconds()),
      end: Math.floor(end.toSeconds()) - 1,
    };
  }
  const unit = { daily: 'hours', weekly: 'days', monthly: 'month', quarterly: 'quarter' }[frequency] as
    'hours' | 'days' | 'month' | 'quarter';
  const clock = onTheClock(run);
  const end = clock.minus(unit === 'hours' ? { hours: delay } : { days: delay });
  const start =
    unit === 'hours' || unit === 'days'
      ? end.minus({ [unit]: previousTime })
      : end
          .minus({ days: 1 })
          .startOf(unit)
          .minus({ [unit]: previousTime - 1 });
  return { start: seconds(start), end: seconds(end) - 1 };
}

import { nextWindows, runsAfter, type RunWindow } from '#libs/kochava-reporting';
import { DateTime } from 'luxon';
import { type AskedSchedule, cadenceOf } from './asked-schedule.js';

/** The runs after an instant, without end, and what each covers. Whoever runs it, windows are reckoned by Kochava's rules. */
function* runsOf(asked: AskedSchedule, after: Date): Generator<RunWindow> {
  for (const run of runsAfter(cadenceOf(asked), after)) yield asked.spec.kpi ? inWholeDays(run, asked.timeZone) : run;
}

export function nextRunsOf(asked: AskedSchedule, after: Date, count: number): RunWindow[] {
  const runs = nextWindows(cadenceOf(asked), after, count);
  return asked.spec.kpi ? runs.map((run) => inWholeDays(run, asked.timeZone)) : runs;
}

/** The runs that came due between two instants. */
export function runsBetween(asked: AskedSchedule, after: Date, until: Date, most = Infinity): RunWindow[] {
  const due: RunWindow[] = [];
  for (const run of runsOf(asked, after)) {
    if (run.runAt > until || due.length === most) break;
    due.push(run);
  }
  return due;
}

export const nextRunOf = (asked: AskedSchedule, after: Date): Date => nextRunsOf(asked, after, 1)[0]!.runAt;

/** A KPI question is about days: both ends go back to where their day begins, so that windows still lie end to end. */
function inWholeDays({ runAt, start, end }: RunWindow, zone: string): RunWindow {
  const begins = (instant: Date): Date => DateTime.fromJSDate(instant, { zone }).startOf('day').toJSDate();
  return { runAt, start: begins(start), end: begins(end) };
}

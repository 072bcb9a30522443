import {
  type Cadence,
  previousTimeOf,
  type ReportContent,
  type RunWindow,
  type ScheduleRequest,
} from '#libs/kochava-reporting';
import { type AskedReport, askedOf, type BucketKeys, contentOf, deliveryOf } from '../reports/asked-report.js';
import type { CreateScheduleInput } from './schedule.input.js';
import type { Frequency } from './schedule.model.js';

/** What was asked, as its row keeps it and everybody may see it: a report without a window, and when it runs. */
export interface AskedSchedule extends Omit<AskedReport, 'start' | 'end'> {
  cadence: { frequency: Frequency; runOn: number; delay: number; previousTime?: number };
}

/** An input as its row keeps it, and the secrets beside. UNSUPPORTED for what can't be scheduled. */
export function askedScheduleOf(input: CreateScheduleInput) {
  const { asked, kind, keys } = askedOf(input);
  const { frequency, runOn, delay, previousTime } = input.cadence;
  const cadence = { frequency, runOn, delay, ...(previousTime != null && { previousTime }) };
  return { asked: { ...asked, cadence } as AskedSchedule, kind, keys };
}

export const cadenceOf = ({ cadence, timeZone }: Pick<AskedSchedule, 'cadence' | 'timeZone'>): Cadence => ({
  ...cadence,
  frequency: cadence.frequency.toLowerCase() as Lowercase<Frequency>,
  timeZone,
});

export const lengthOf = (cadence: Cadence): number => previousTimeOf(cadence);

export const contentOfSchedule = (asked: AskedSchedule): ReportContent => contentOf(asked);

/** What Kochava is asked. */
export function upstreamScheduleOf(asked: AskedSchedule, appGuid: string, keys?: BucketKeys): ScheduleRequest {
  const { format, notify, delivery } = asked;
  return {
    appGuid,
    content: contentOf(asked),
    format: format === 'JSON' ? 'json' : 'csv',
    delivery: asked.spec.kochava && !delivery ? undefined : deliveryOf(delivery, keys),
    ...(notify && { notify }),
    cadence: cadenceOf(asked),
  };
}

/** The report that one run makes, as if it had been asked for. */
export function askedReportOf(asked: AskedSchedule, window: Pick<RunWindow, 'start' | 'end'> | undefined): AskedReport {
  const { cadence: _, ...report } = asked;
  return {
    ...report,
    spec: ofOneRun(report.spec),
    ...(window && { start: window.start.toISOString(), end: window.end.toISOString() }),
  };
}

/** When a schedule runs, in Kochava's words, which are no part of what a run of it asks. */
const CADENCE = new Set(['frequency', 'run_on', 'runon', 'delay', 'previous_time', 'previoustime']);

function ofOneRun({ kochava, ...spec }: AskedReport['spec']): AskedReport['spec'] {
  if (!kochava) return spec;
  const body = Object.entries(kochava.body).filter(([name]) => !CADENCE.has(name));
  return { kochava: { ...kochava, body: Object.fromEntries(body) } };
}

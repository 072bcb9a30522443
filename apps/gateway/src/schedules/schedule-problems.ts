import { cadenceProblems, checkSchedule } from '#libs/kochava-reporting';
import type { RulesBetween } from '../edge/input.js';
import { kpiScheduleProblems } from '../kpi-reports/schedule-problems.js';
import { kochavaProblems } from '../reports/report-checks.js';
import { hasKind, SOME_APP, withoutGaps } from '../reports/report-problems.js';
import { askedScheduleOf, cadenceOf, upstreamScheduleOf } from './asked-schedule.js';
import type { CadenceInput, CreateScheduleInput } from './schedule.input.js';
import type { Frequency } from './schedule.model.js';

/** Of a frequency that was left out as bad, Kochava's rules say what holds of all. */
const NOT_KNOWN = '' as Frequency;

/** What is wrong between the fields of a schedule, of whatever kind of report. */
export const scheduleProblems: RulesBetween<CreateScheduleInput> = (input, isGood) => {
  const said = input.cadence as Partial<CadenceInput> | undefined;
  const cadence = {
    ...input.cadence,
    frequency: said?.frequency ?? NOT_KNOWN,
    previousTime: said?.previousTime ?? undefined,
  };
  if (!hasKind(input)) {
    const problems = cadenceProblems(cadenceOf({ timeZone: input.timeZone, cadence }));
    return problems.map(({ field, detail }) => ({ pointer: `/cadence/${field}`, detail }));
  }
  const { kind, keys, asked } = askedScheduleOf({ ...input, cadence });
  if (kind === 'KPI') return kpiScheduleProblems(asked, isGood);
  const sound = withoutGaps(asked, isGood);
  return kochavaProblems(sound, () => checkSchedule(upstreamScheduleOf(sound, SOME_APP, keys)));
};

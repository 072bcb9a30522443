import type { FieldError } from '#libs/domain';
import { cadenceProblems } from '#libs/kochava-reporting';
import type { IsGood } from '../edge/input.js';
import { type AskedSchedule, cadenceOf } from '../schedules/asked-schedule.js';
import { questionProblems, refuseDelivery } from './report-problems.js';

/** What is wrong with a schedule of KPI reports, as far as it can be told without knowing its app. */
export const kpiScheduleProblems = (asked: AskedSchedule, isGood: IsGood): FieldError[] => [
  ...problemsOfCadence(asked),
  ...refuseDelivery(asked),
  ...questionProblems(asked, isGood),
];

function problemsOfCadence(asked: AskedSchedule): FieldError[] {
  const problems = cadenceProblems(cadenceOf(asked)).map(({ field, detail }) => ({
    pointer: field === 'timeZone' ? '/timeZone' : `/cadence/${field}`,
    detail,
  }));
  const { frequency, previousTime } = asked.cadence;
  if (frequency === 'HOURLY') {
    const detail = 'must be DAILY or longer: a KPI report is of whole days';
    problems.push({ pointer: '/cadence/frequency', detail });
  }
  if (frequency === 'DAILY' && previousTime !== undefined && previousTime > 0 && previousTime < 24) {
    const detail = 'must be 24 hours at least: a KPI report is of whole days';
    problems.push({ pointer: '/cadence/previousTime', detail });
  }
  return problems;
}

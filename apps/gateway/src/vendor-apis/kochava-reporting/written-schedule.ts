import { badInput } from '#libs/domain';
import { FREQUENCIES, type KochavaReportKind } from '#libs/kochava-reporting';
import type { AskedSchedule } from '../../schedules/asked-schedule.js';
import type { Asked } from '../../schedules/schedule-makers.js';
import { missing, type ReportingBody } from './reporting-body.js';
import { writtenReport } from './written-report.js';

/** As `writtenReport`, with when it runs, which the gateway must know to find what comes of it. */
export function writtenSchedule(endpoint: KochavaReportKind, body: ReportingBody): Asked {
  const { asked, kind, keys } = writtenReport(endpoint, body);
  return { asked: { ...asked, cadence: cadenceIn(body) }, kind, keys };
}

/** S0 "Scheduling Reports Overview"; FACTS §5: 10 (two spellings), 11 (defaults), 12 (a window of nothing). */
function cadenceIn(body: ReportingBody): AskedSchedule['cadence'] {
  const frequency = body.must('frequency').toUpperCase();
  if (!FREQUENCIES.some((name) => name.toUpperCase() === frequency)) {
    throw badInput([{ pointer: '/frequency', detail: `must be one of ${FREQUENCIES.join(', ')}` }]);
  }
  const runOn = wholeIn(body, 'run_on', 'runon');
  if (runOn === undefined) throw missing('run_on');
  const delay = wholeIn(body, 'delay') ?? 0;
  const previousTime = wholeIn(body, 'previous_time', 'previoustime');
  const when = { frequency: frequency as AskedSchedule['cadence']['frequency'], runOn };
  if (previousTime === 0 && delay > 0) return { ...when, delay: 0, previousTime: delay };
  return { ...when, delay, ...(previousTime !== undefined && { previousTime }) };
}

function wholeIn(body: ReportingBody, ...spellings: string[]): number | undefined {
  const [name, other] = spellings.filter((spelling) => body.value(spelling) !== undefined);
  if (name === undefined) return undefined;
  if (other !== undefined)
    throw badInput([{ pointer: `/${other}`, detail: `stands beside ${name}: send one of them` }]);
  const text = body.text(name)!;
  if (!/^\d{1,9}$/.test(text)) throw badInput([{ pointer: `/${name}`, detail: 'must be a whole number' }]);
  return Number(text);
}

import { cadenceProblems, nextWindows, runsAfter, type Cadence, type Frequency } from './cadence.js';

const cadence = (
  frequency: Frequency,
  runOn: number,
  delay: number,
  previousTime?: number,
  timeZone = 'UTC',
): Cadence => ({
  frequency,
  runOn,
  delay,
  timeZone,
  ...(previousTime !== undefined && { previousTime }),
});

/** The first run after an instant, as `run: start - end`, in UTC. */
function first(of: Cadence, after: string): string {
  const [window] = nextWindows(of, new Date(after), 1);
  const [run, start, end] = [window!.runAt, window!.start, window!.end].map((at) => at.toISOString().slice(0, 16));
  return `${run}: ${start} - ${end}`;
}

describe('every row of the table of "Scheduling Reports Overview"', () => {
  it.each([
    [
      'hourly',
      0,
      0,
      60,
      'On the hour for the previous 60 min.',
      '2026-03-11T14:00: 2026-03-11T13:00 - 2026-03-11T14:00',
    ],
    [
      'hourly',
      0,
      30,
      30,
      'On the hour for the first 30 min of previous hour.',
      '2026-03-11T14:00: 2026-03-11T13:00 - 2026-03-11T13:30',
    ],
    [
      'hourly',
      35,
      5,
      30,
      'At 35 past the hour for the first 30 min of the day.',
      '2026-03-11T13:35: 2026-03-11T13:00 - 2026-03-11T13:30',
    ],
    [
      'hourly',
      15,
      15,
      120,
      'At 15 past the hour for the previous 2 full hours.',
      '2026-03-11T14:15: 2026-03-11T12:00 - 2026-03-11T14:00',
    ],
    [
      'hourly',
      45,
      15,
      60,
      'At 45 past each hour, for 60 min (hour -1 :30 to hour:30).',
      '2026-03-11T13:45: 2026-03-11T12:30 - 2026-03-11T13:30',
    ],
    [
      'daily',
      0,
      0,
      24,
      'Start @ 0:00 for the past full day (24 hours).',
      '2026-03-12T00:00: 2026-03-11T00:00 - 2026-03-12T00:00',
    ],
    [
      'daily',
      13,
      1,
      24,
      'Start @ 1:00 PM for the past 24 hrs (day -1 12:00 PM to 12:00PM).',
      '2026-03-12T13:00: 2026-03-11T12:00 - 2026-03-12T12:00',
    ],
    [
      'daily',
      2,
      2,
      48,
      'Start @ 2:00 for the past full 2 days >=day-2@00:00 and < day:00:00(48 hours).',
      '2026-03-12T02:00: 2026-03-10T00:00 - 2026-03-12T00:00',
    ],
    [
      'weekly',
      1,
      0,
      7,
      'Start on Monday @ 0:00 for the previous week (Mon->Sun)',
      '2026-03-16T00:00: 2026-03-09T00:00 - 2026-03-16T00:00',
    ],
    [
      'weekly',
      1,
      1,
      7,
      'Start on Monday @ 0:00 for the previous week (Sun->Sat)',
      '2026-03-16T00:00: 2026-03-08T00:00 - 2026-03-15T00:00',
    ],
    [
      'weekly',
      6,
      0,
      5,
      'Start on Saturday @ 0:00 for the previous weekday (Mon->Fri)',
      '2026-03-14T00:00: 2026-03-09T00:00 - 2026-03-14T00:00',
    ],
    [
      'weekly',
      1,
      0,
      2,
      'Start on Monday @ 0:00 for the previous weekend (Sat,Sun)',
      '2026-03-16T00:00: 2026-03-14T00:00 - 2026-03-16T00:00',
    ],
    [
      'monthly',
      1,
      0,
      1,
      'Run on the 1st of the month @ 0:00 for the entire previous month.',
      '2026-04-01T00:00: 2026-03-01T00:00 - 2026-04-01T00:00',
    ],
    [
      'monthly',
      15,
      14,
      2,
      'Run on the 15th of the month @ 0:00 for the previous 2 months.',
      '2026-03-15T00:00: 2026-01-01T00:00 - 2026-03-01T00:00',
    ],
    [
      'monthly',
      16,
      0,
      2,
      'Run on the 16th for the previous month and 1/2 (1st of month -1 to 15 of current month).',
      '2026-03-16T00:00: 2026-02-01T00:00 - 2026-03-16T00:00',
    ],
    [
      'monthly',
      1,
      0,
      6,
      'Run on the 1st of the month @ 0:00 for the previous 6 months.',
      '2026-04-01T00:00: 2025-10-01T00:00 - 2026-04-01T00:00',
    ],
  ] as const)('%s | %d | %d | %d | %s', (frequency, runOn, delay, previous, _description, expected) => {
    const row = cadence(frequency, runOn, delay, previous);
    expect(cadenceProblems(row)).toEqual([]);
    expect(first(row, '2026-03-11T13:20:00Z')).toBe(expected);
  });
});

it.each([
  ['hourly', 0, '2026-03-11T14:00: 2026-03-11T13:00 - 2026-03-11T14:00'],
  ['daily', 0, '2026-03-12T00:00: 2026-03-11T00:00 - 2026-03-12T00:00'],
  ['weekly', 1, '2026-03-16T00:00: 2026-03-09T00:00 - 2026-03-16T00:00'],
  ['monthly', 1, '2026-04-01T00:00: 2026-03-01T00:00 - 2026-04-01T00:00'],
  ['quarterly', 1, '2026-04-01T00:00: 2026-01-01T00:00 - 2026-04-01T00:00'],
] as const)('%s without previousTime covers one whole period', (frequency, runOn, expected) => {
  expect(first(cadence(frequency, runOn, 0), '2026-03-11T13:20:00Z')).toBe(expected);
});

it('runs weekly on a Sunday that is written 0 or 7', () => {
  const expected = '2026-03-15T00:00: 2026-03-08T00:00 - 2026-03-15T00:00';
  expect(first(cadence('weekly', 0, 0, 7), '2026-03-11T13:20:00Z')).toBe(expected);
  expect(first(cadence('weekly', 7, 0, 7), '2026-03-11T13:20:00Z')).toBe(expected);
});

it('runs quarterly in the first month of a quarter, over whole quarters', () => {
  expect(first(cadence('quarterly', 5, 4, 2), '2026-03-11T13:20:00Z')).toBe(
    '2026-04-05T00:00: 2025-10-01T00:00 - 2026-04-01T00:00',
  );
});

it('runs on the last day of a month that lacks the day', () => {
  const runs = nextWindows(cadence('monthly', 31, 0, 1), new Date('2028-01-31T00:00:00Z'), 4);
  expect(runs.map((run) => run.runAt.toISOString().slice(0, 10))).toEqual([
    '2028-02-29',
    '2028-03-31',
    '2028-04-30',
    '2028-05-31',
  ]);
});

it('never repeats the instant that it starts after', () => {
  expect(first(cadence('daily', 0, 0, 24), '2026-03-12T00:00:00Z')).toContain('2026-03-13T00:00: ');
  expect(first(cadence('daily', 0, 0, 24), '2026-03-11T23:59:59.999Z')).toContain('2026-03-12T00:00: ');
});

describe('where summer time comes or goes', () => {
  it.each([
    ['America/New_York', '2026-03-06T00:00:00Z'],
    ['America/New_York', '2026-10-30T00:00:00Z'],
    ['Europe/Berlin', '2026-03-27T00:00:00Z'],
    ['Africa/Cairo', '2026-04-22T00:00:00Z'],
  ])('daily windows of %s from %s lie end to end on its midnights', (timeZone, after) => {
    const windows = nextWindows(cadence('daily', 2, 2, 24, timeZone), new Date(after), 5);
    windows.slice(1).forEach((window, index) => expect(window.start).toEqual(windows[index]!.end));
    const lengths = windows.map((window) => (window.end.getTime() - window.start.getTime()) / 3_600_000);
    expect(lengths.some((hours) => hours === 23 || hours === 25)).toBe(true);
  });

  it('an hourly schedule runs in the hour that comes twice, and windows lie end to end', () => {
    const windows = nextWindows(cadence('hourly', 0, 0, 60, 'Europe/Berlin'), new Date('2026-10-24T23:30:00Z'), 4);
    expect(windows.map((window) => window.runAt.toISOString().slice(11, 16))).toEqual([
      '00:00',
      '01:00',
      '02:00',
      '03:00',
    ]);
    windows.slice(1).forEach((window, index) => expect(window.start).toEqual(windows[index]!.end));
  });

  it('a month begins at the midnight of its zone', () => {
    expect(first(cadence('monthly', 1, 0, 1, 'America/New_York'), '2026-03-11T13:20:00Z')).toBe(
      '2026-04-01T04:00: 2026-03-01T05:00 - 2026-04-01T04:00',
    );
  });

  it('an hourly schedule keeps the minute of a zone that is half an hour off', () => {
    expect(first(cadence('hourly', 0, 0, 60, 'Asia/Kolkata'), '2026-03-11T13:20:00Z')).toContain('2026-03-11T13:30: ');
  });
});

it.each([
  ['minute 75', cadence('hourly', 75, 0), 'runOn'],
  ['hour 24', cadence('daily', 24, 0), 'runOn'],
  ['weekday 8', cadence('weekly', 8, 0), 'runOn'],
  ['day 32', cadence('monthly', 32, 0), 'runOn'],
  ['day 0', cadence('monthly', 0, 0), 'runOn'],
  ['day 0 of a quarter', cadence('quarterly', 0, 0), 'runOn'],
  ['half an hour', cadence('daily', 0.5, 0), 'runOn'],
  ['no number', cadence('daily', NaN, 0), 'runOn'],
  ['a negative delay', cadence('daily', 0, -1), 'delay'],
  ['a window of nothing', cadence('daily', 0, 0, 0), 'previousTime'],
  ['a window of a century', cadence('monthly', 1, 0, 1200), 'previousTime'],
  ['an unknown zone', cadence('daily', 0, 0, 24, 'Mars/Olympus'), 'timeZone'],
  ['an unknown frequency', { ...cadence('daily', 0, 0), frequency: 'yearly' as Frequency }, 'frequency'],
])('refuses %s', (_, of, field) => {
  expect(cadenceProblems(of).map((problem) => problem.field)).toEqual([field]);
  expect(cadenceProblems(of)[0]!.detail).not.toBe('');
});

it('goes on without end, lazily', () => {
  const runs = runsAfter(cadence('daily', 0, 0, 24), new Date('2026-03-11T13:20:00Z'));
  for (let i = 0; i < 400; i++) runs.next();
  expect((runs.next().value as { runAt: Date }).runAt.toISOString()).toBe('2027-04-16T00:00:00.000Z');
});

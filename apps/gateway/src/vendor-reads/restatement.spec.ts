import { Restatement } from './restatement.js';

describe('days that vendors restate', () => {
  const restatement = new Restatement({ counts: 3, cost: 14 });
  const day = (before: number): string => new Date(Date.now() - before * 86_400_000).toISOString().slice(0, 10);

  it('are those of counts, of cost, and of cohorts that are not of age', () => {
    const days = { from: '2026-05-01', to: '2026-05-10' };
    expect(restatement.changesUntil({ ...days, readsCost: false })).toBe('2026-05-13');
    expect(restatement.changesUntil({ ...days, readsCost: true })).toBe('2026-05-24');
    expect(restatement.changesUntil({ ...days, readsCost: true, ageDays: 31 })).toBe('2026-06-13');
  });

  it('are told by the first of them', () => {
    const days = { from: day(30), to: day(0) };
    const first = (warning: string | undefined): string | undefined => /\d{4}-\d\d-\d\d/.exec(warning ?? '')?.[0];
    const counts = first(restatement.warning({ ...days, readsCost: false }, 'Adjust'));
    // Days end last at UTC-12: half a day later than ours.
    expect([day(3), day(4), day(5)]).toContain(counts);
    expect([day(14), day(15), day(16)]).toContain(first(restatement.warning({ ...days, readsCost: true }, 'Adjust')));
    expect(first(restatement.warning({ from: day(1), to: day(0), readsCost: true }, 'Adjust'))).toBe(day(1));
    expect(restatement.warning({ from: day(30), to: day(10), readsCost: false }, 'Adjust')).toBeUndefined();
    expect(restatement.warning({ from: day(30), to: day(10), readsCost: false, ageDays: 30 }, 'Adjust')).toContain(
      'cohorts',
    );
  });
});

import type { ReportModel } from '#libs/database';
import { askedReportOf, LastPicks, olderReport, pickReport, type Wanted } from './kochava-pick.js';
import type { SummaryAsked } from './kochava-plan.js';

const APP = 'koorbit';
const asked = (more: Partial<SummaryAsked> = {}): SummaryAsked => ({
  traffic: ['install'],
  grouping: ['network'],
  timeSeries: 24,
  start: '2026-05-01T00:00:00.000Z',
  end: '2026-05-08T00:00:00.000Z',
  ...more,
});
const WIDER = { traffic: ['click', 'install'], grouping: ['network', 'country'] };
const wanted = (more: Partial<Wanted> = {}): Wanted => ({
  asked: asked(),
  upstreamApp: APP,
  freshMs: 60_000,
  bypass: false,
  ...more,
});
const report = (id: string, what: SummaryAsked, more: Partial<ReportModel> = {}): ReportModel =>
  ({
    id,
    upstreamApp: APP,
    status: 'COMPLETED',
    hasFile: true,
    createdAt: new Date(),
    updatedAt: new Date(),
    upstreamToken: '1',
    failure: null,
    request: askedReportOf(what),
    ...more,
  }) as unknown as ReportModel;

describe('the report that is picked', () => {
  const exact = report('exact', asked());
  const wide = report('wide', asked(WIDER));

  it('is the one that was asked for the same, whatever wider ones came since; else the newest', () => {
    expect(pickReport([wide, exact], wanted())?.id).toBe('exact');
    expect(pickReport([report('newer', asked()), wide, exact], wanted())?.id).toBe('newer');
    expect(pickReport([wide, report('older', asked(WIDER))], wanted())?.id).toBe('wide');
    expect(olderReport([wide, exact], wanted())?.id).toBe('exact');
  });

  it('stays the one that was read before, until a newer is the same that is asked', () => {
    const older = report('older', asked(WIDER));
    expect(pickReport([wide, older], wanted({ last: 'older' }))?.id).toBe('older');
    expect(pickReport([exact, wide, older], wanted({ last: 'older' }))?.id).toBe('exact');
    expect(pickReport([older, exact], wanted({ last: 'older' }))?.id).toBe('older');
    const old = report('old', asked(WIDER), { createdAt: new Date(0), updatedAt: new Date(0) });
    expect(pickReport([wide, old], wanted({ last: 'old' }))?.id).toBe('wide');
  });

  it('is there, before one that is under way; for who wants it fresh only that', () => {
    const underWay = report('under way', asked(), { status: 'QUEUED', hasFile: false });
    expect(pickReport([underWay, wide], wanted())?.id).toBe('wide');
    expect(pickReport([underWay, exact], wanted({ bypass: true }))?.id).toBe('under way');
    expect(pickReport([exact], wanted({ bypass: true }))).toBeUndefined();
    expect(pickReport([wide, exact], wanted({ bypass: true, owed: 'wide' }))?.id).toBe('wide');
  });

  it('holds what was asked: of the app, in its days, with its counts', () => {
    for (const other of [
      report('other app', asked(), { upstreamApp: 'another' }),
      report('other days', asked({ end: '2026-05-09T00:00:00.000Z' })),
      report('coarser', asked({ grouping: [] })),
      report('others', asked({ traffic: ['click'] })),
    ])
      expect(pickReport([other], wanted({ last: other.id }))).toBeUndefined();
  });

  it('is noted for each app and what was asked of it', () => {
    const picks = new LastPicks();
    picks.note('a', asked(), 'one');
    picks.note('b', asked(), 'two');
    picks.note('a', asked(WIDER), 'three');
    picks.note('a', asked(), 'four');
    expect([picks.of('a', asked()), picks.of('b', asked()), picks.of('a', asked(WIDER))]).toEqual([
      'four',
      'two',
      'three',
    ]);
    expect(picks.of('b', asked(WIDER))).toBeUndefined();
  });
});

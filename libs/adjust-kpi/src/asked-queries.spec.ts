import { AskedQueries } from './asked-queries.js';
import { InvalidAdjustQuery } from './query.js';
import type { AdjustKpiQuery } from './types.js';

const query: AdjustKpiQuery = {
  appTokens: ['2eb2na2w54c3'],
  startDate: '2026-01-01',
  endDate: '2026-01-31',
  kpis: ['revenue'],
  grouping: ['day'],
};

describe('AskedQueries', () => {
  it('knows a frozen query again, at its endpoint', () => {
    const asked = new AskedQueries();
    const frozen = Object.freeze({ ...query });
    const first = asked.of('events', frozen);
    expect(asked.of('events', frozen)).toBe(first);
    expect(first.question.grouping).toEqual(['day', 'events']);
    expect(asked.of('cohorts', frozen).question.grouping).toEqual(['day', 'periods']);
    expect(asked.of('events', Object.freeze({ ...query })).question.learned).not.toBe(first.question.learned);
  });

  it('reads a query anew that may have been changed', () => {
    const asked = new AskedQueries();
    const open = { ...query };
    expect(asked.of('events', open).path).toBe('/kpis/v1/2eb2na2w54c3/events');
    open.appTokens = ['3fb2na2w54c3'];
    expect(asked.of('events', open).path).toBe('/kpis/v1/3fb2na2w54c3/events');
    open.appTokens = [];
    expect(() => asked.of('events', open)).toThrow(InvalidAdjustQuery);
  });
});

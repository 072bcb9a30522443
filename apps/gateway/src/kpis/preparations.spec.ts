import type { NetworkNames, OpenedApps } from '#libs/tenancy';
import type { KpiQuestion } from './kpi-question.js';
import type { SourceReport } from './kpi-source.js';
import { Preparations } from './preparations.js';

const question = {} as KpiQuestion;
const names = {} as NetworkNames;
const opens = (): OpenedApps => ({ opened: [], nameless: [] });

describe('Preparations', () => {
  let made = 0;
  const preparations = new Preparations((asked, opened, by) => {
    made++;
    return { report: {} as SourceReport, asked, opened, by };
  });
  const madeFor = (...asked: Parameters<typeof preparations.of>): number => {
    const before = made;
    const prepared = preparations.of(...asked);
    expect([prepared.asked, prepared.opened, prepared.by]).toEqual(asked);
    expect([prepared.asked === asked[0], prepared.opened === asked[1], prepared.by === asked[2]]).toEqual([
      true,
      true,
      true,
    ]);
    return made - before;
  };

  it('are made once for each key that asks, in whatever turns they do', () => {
    const keys = [opens(), opens(), opens()];
    expect(keys.map((opened) => madeFor(question, opened, names))).toEqual([1, 1, 1]);
    for (let turn = 0; turn < 3; turn++) {
      for (const opened of keys) expect(madeFor(question, opened, names)).toBe(0);
    }
  });

  it('are made anew for other names, other apps, and another question', () => {
    const opened = opens();
    expect(madeFor(question, opened, names)).toBe(1);
    const renamed = {} as NetworkNames;
    expect([madeFor(question, opened, renamed), madeFor(question, opened, renamed)]).toEqual([1, 0]);
    expect([madeFor(question, opens(), renamed), madeFor({} as KpiQuestion, opened, renamed)]).toEqual([1, 1]);
  });

  it('are remembered of so many keys and no more', () => {
    const first = opens();
    expect(madeFor(question, first, names)).toBe(1);
    for (let others = 0; others < 16; others++) madeFor(question, opens(), names);
    expect(madeFor(question, first, names)).toBe(1);
  });
});

import { readAnswer } from './answer-reader.js';
import type { Question } from './head.js';
import { Learned } from './learned.js';
import { rowsOf } from './row-batch.js';
import { tableOf } from './rows.js';
import { cut, failureOf, question, streamed } from './testing.js';
import type { AdjustGrouping } from './types.js';

/** Numbers from 0 to 1, the same for the same seed. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const NAMES = ['Network', 'Ads, "Inc"', 'ünïcode 東京', 'tab\there', 'back\\slash [1] {2}', '😀', '', 'x'.repeat(300)];

interface Style {
  random: () => number;
  /** Fields of objects in any order. */
  shuffled: boolean;
  space: string | undefined;
  oddValues: boolean;
}

const CONTAINER: Partial<Record<AdjustGrouping, string>> = {
  day: 'dates',
  hour: 'dates',
  week: 'dates',
  month: 'dates',
};
const FIELD: Partial<Record<AdjustGrouping, string>> = {
  ...{ day: 'date', hour: 'date', countries: 'country', region: 'region', os_names: 'os_names' },
  ...{ device_types: 'device_type', partners: 'partner', periods: 'period' },
};

function inOrder(entries: [string, unknown][], style: Style): Record<string, unknown> {
  if (style.shuffled && style.random() < 0.6) entries.sort(() => style.random() - 0.5);
  return Object.fromEntries(entries);
}

function randomValue({ random, oddValues }: Style): unknown {
  const roll = random();
  if (roll < 0.1) return null;
  if (oddValues && roll < 0.3) return String(Math.floor(random() * 1e6) / 100);
  if (roll < 0.4) return random() * 1e-7;
  if (roll < 0.45) return -random() * 1e22;
  return Math.floor(random() * 1000);
}

function fieldsOf(grouping: AdjustGrouping, at: number, style: Style, apps: string[]): [string, unknown][] {
  const name = NAMES[Math.floor(style.random() * NAMES.length)]!;
  const field = FIELD[grouping];
  if (grouping === 'periods') return [['period', style.random() < 0.5 ? at : String(at)]];
  if (field) return [[field, style.random() < 0.05 ? null : `${name}${at}`]];
  if (grouping === 'apps') return [['token', apps[at]], ['name', name], ['currency', 'EUR']]; // prettier-ignore
  const token: [string, unknown] = ['token', `t${at}`];
  return grouping === 'trackers' || grouping === 'events' ? [token] : [token, ['name', name]];
}

function nodes(grouping: AdjustGrouping[], kpis: number, style: Style, apps: string[]): [string, unknown] {
  const [here, ...below] = grouping as [AdjustGrouping, ...AdjustGrouping[]];
  const count = here === 'apps' ? apps.length : Math.floor(style.random() * 5);
  const list = Array.from({ length: count }, (_, at) => {
    const inside: [string, unknown] =
      below.length > 0
        ? nodes(below, kpis, style, apps)
        : ['kpi_values', Array.from({ length: kpis }, () => randomValue(style))];
    const noise: [string, unknown][] = style.random() < 0.1 ? [['note', { deep: [1, 'kpi_values'] }]] : [];
    return inOrder([...fieldsOf(here, at, style, apps), ...noise, inside], style);
  });
  return [CONTAINER[here] ?? here, list];
}

function randomDocument(seed: number): { text: string; asked: Question } {
  const random = dice(seed);
  const style: Style = {
    random,
    shuffled: random() < 0.4,
    space: [undefined, undefined, '  ', '\t'][Math.floor(random() * 4)],
    oddValues: random() < 0.3,
  };
  const all: AdjustGrouping[] = [
    'day',
    'countries',
    'networks',
    'campaigns',
    'os_names',
    'region',
    'events',
    'periods',
  ];
  const apps = random() < 0.5 ? ['app1'] : ['app1', 'app2', 'app3'];
  const grouping = all.filter(() => random() < 0.35).sort(() => random() - 0.5);
  if (apps.length > 1 || random() < 0.2) grouping.splice(Math.floor(random() * grouping.length), 0, 'apps');
  if (grouping.length === 0) grouping.push('trackers');
  const kpis = ['clicks', 'revenue', 'installs'].slice(0, 1 + Math.floor(random() * 3));
  const named = [0, 1, 2].map((at) => ({ token: `t${at}`, name: NAMES[at + 1], has_subtrackers: at === 1 }));
  const parameters = { kpis, grouping, start_date: '2026-01-01', trackers: named, events: named.slice(0, 2) };
  const app: [string, unknown][] =
    apps.length === 1 && grouping[0] !== 'apps' ? [['token', 'app1'], ['name', 'A [pp'], ['currency', 'USD']] : []; // prettier-ignore
  const set = inOrder([...app, nodes(grouping, kpis.length, style, apps)], style);
  const document = inOrder([['result_parameters', parameters], ['result_set', set]], style); // prettier-ignore
  return { text: JSON.stringify(document, null, style.space), asked: question(grouping, kpis, apps) };
}

function outcome(body: Buffer, asked: Question): object {
  try {
    const { head, app, batches } = tableOf(body, asked);
    const rows = batches.flatMap((batch) => [...rowsOf(batch, head, app)]);
    return { head, app, rows, nulls: batches.map(({ nulls }) => nulls), groups: batches.map(({ groups }) => groups) };
  } catch (error) {
    return { error };
  }
}

function streamOutcome(body: Buffer, asked: Question): unknown {
  try {
    return streamed(cut(body, 1 + Math.floor(body.length / 2)), asked).concat(streamed([body], asked));
  } catch (error) {
    return error;
  }
}

describe('RowReader, on random answers', () => {
  const parameters = { kpis: ['clicks', 'revenue'] };
  const app = { token: 'app1', name: 'App', currency: 'EUR' };

  it('gives the rows of the decoded answer, for random answers in random chunks', () => {
    let rows = 0;
    for (let seed = 1; seed <= 150; seed++) {
      const { text, asked } = randomDocument(seed);
      const body = Buffer.from(text);
      const expected = readAnswer(JSON.parse(text), asked);
      const size = 1 + Math.floor(dice(seed)() * body.length);
      expect({ seed, rows: streamed(cut(body, size), asked) }).toEqual({ seed, rows: expected.rows });
      const { batches, app, head } = tableOf(body, asked);
      expect([...head.kpis, ...batches.flatMap((batch) => [...rowsOf(batch, head, app)])]).toEqual([
        ...expected.kpis,
        ...expected.rows,
      ]);
      rows += expected.rows.length;
    }
    expect(rows).toBeGreaterThan(2000);
  });

  it('reads an answer that comes again as a fresh reader does, whatever came between', () => {
    for (let seed = 1; seed <= 80; seed++) {
      const { text, asked } = randomDocument(seed);
      const again = { ...asked, learned: new Learned() };
      const random = dice(seed);
      for (let time = 0; time < 6; time++) {
        // Other digits of the same length or not, other names, numbers in quotes, an end too early.
        const changes: ((body: string) => string)[] = [
          (body) => body,
          (body) => body.replace(/\d(?=[,\]\s])/g, () => String(Math.floor(random() * 9))),
          (body) => body.replace(/(?<=[[,]\s*)\d+(?=[,\]\s])/g, () => String(Math.floor(random() * 1e5))),
          (body) => body.replaceAll('Network', `Net${Math.floor(random() * 3)}`),
          (body) => body.replace(/(?<=[[,]\s*)\d+(?=[,\]\s])/, '"12"'),
          (body) => body.slice(0, Math.floor(random() * body.length)),
        ];
        const body = Buffer.from(changes[time < 3 ? time % 3 : Math.floor(random() * changes.length)]!(text));
        expect({ seed, time, ...outcome(body, again) }).toEqual({ seed, time, ...outcome(body, asked) });
        if (time === 5) expect(streamOutcome(body, again)).toEqual(streamOutcome(body, asked));
      }
    }
  });

  it('reads the same across every boundary of chunks', () => {
    for (const seed of [8, 20]) {
      const { text, asked } = randomDocument(seed);
      const { rows } = readAnswer(JSON.parse(text), asked);
      for (let size = 1; size <= 64; size++) expect(streamed(cut(Buffer.from(text), size), asked)).toEqual(rows);
    }
  });

  it('tells an answer that breaks off, wherever it does', () => {
    const networks = ['one', 'two'].map((name) => ({ token: 't', name: `Network ${name}`, kpi_values: [1, 2] }));
    const dates = ['2026-01-01', '2026-01-02'].map((date) => ({ date, networks }));
    const regular = JSON.stringify({ result_parameters: parameters, result_set: { ...app, dates } });
    for (const { text, asked } of [randomDocument(8), { text: regular, asked: question(['day', 'networks']) }]) {
      const body = Buffer.from(text);
      for (let length = 0; length < body.length; length++) {
        // A buffer of its own: one past its end is not read by luck.
        const broken = Buffer.from(new Uint8Array(body.subarray(0, length)).buffer);
        expect(failureOf(() => streamed([broken], asked)).failure).toBe('truncated');
        expect(failureOf(() => tableOf(broken, asked)).failure).toBe('truncated');
      }
    }
  });
});

import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Vendor } from '#libs/domain';
import { UpstreamError } from '#libs/upstream-http';
import { KpiComparisonInput } from './comparison.input.js';
import { comparisonLayout } from './comparison-layout.js';
import { comparisonOf } from './comparison-question.js';
import { ComparisonRows } from './comparison-rows.js';
import { gatherSides, SidesForm } from './comparison-sides.js';
import { GatheredRows } from './gathered-rows.js';
import { type KpiCells, layoutOf } from './kpi-layout.js';
import { asStream, type SourceReport, type SourceStream } from './kpi-source.js';
import { GivenRows } from './row-source.js';

type Row = Record<string, string | number | boolean | null>;
type Asked = Partial<KpiComparisonInput> & Pick<KpiComparisonInput, 'metrics'>;

const reportOf = (vendor: Vendor): SourceReport => ({
  vendor,
  service: vendor === 'ADJUST' ? 'ADJUST_KPI_SERVICE' : 'KOCHAVA_SUMMARY',
  apps: [],
  status: 'FRESH',
  fetchedAt: null,
  currencies: [],
  warnings: [],
  settings: {},
  metricNames: [],
  unsupported: [],
  error: null,
  reports: [],
});

describe('rows of a comparison', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'comparison-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  const questionOf = (asked: Asked) =>
    comparisonOf(Object.assign(new KpiComparisonInput(), { from: '2026-05-01', to: '2026-05-31' }, asked));
  /** What a vendor answers to `asked`; a column that `rows` do not name is null. */
  const side = (vendor: Vendor, asked: Asked, rows: Row[]): SourceStream => {
    const layout = layoutOf(questionOf(asked).asked, [], false);
    const cells = rows.map((row) => layout.columns.map(({ name }) => (row[name] ?? null) as KpiCells[number]));
    return asStream({ report: reportOf(vendor), layout, rows: new GivenRows(cells) });
  };
  const compareStreams = async (asked: Asked, streams: SourceStream[], most?: number) => {
    const question = questionOf(asked);
    const form = new SidesForm(question);
    const gathered = new GatheredRows(folder, { sums: form.sums, most });
    const whole = await gatherSides(streams, form, gathered, undefined);
    const layout = comparisonLayout(question, question.groupBy);
    const rows = new ComparisonRows(question, form, layout, whole);
    const named = (cells: unknown[], { columns } = layout): Row =>
      Object.fromEntries(columns.map(({ name }, index) => [name, cells[index]])) as Row;
    const made: Row[] = [];
    for await (const batch of gathered.rows())
      for (const row of batch) made.push(...rows.add(row).map((cells) => named(cells)));
    made.push(...rows.end().map((cells) => named(cells)));
    const totalsLayout = comparisonLayout(question, []);
    const totals = rows.totals(totalsLayout).map((cells) => named(cells, totalsLayout));
    return { rows: made, totals, apart: rows.currenciesApart, reports: streams.map(({ report }) => report) };
  };
  const compare = (asked: Asked, adjust: Row[], kochava: Row[], most?: number) =>
    compareStreams(asked, [side('ADJUST', asked, adjust), side('KOCHAVA', asked, kochava)], most);

  it('joins by what rows are about, and keeps those of one vendor', async () => {
    const asked: Asked = { metrics: ['INSTALLS'], groupBy: ['NETWORK', 'DAY'] };
    const { rows } = await compare(
      asked,
      [
        { network: 'Meta', date: '2026-05-02', installs: 10 },
        { network: 'Unity', date: '2026-05-01', installs: 200 },
        { network: 'Apple', date: '2026-05-01', installs: 0 },
      ],
      [
        { network: 'Unity', date: '2026-05-01', installs: 210 },
        { network: 'Organic', date: '2026-05-01', installs: 7 },
        { network: 'Apple', date: '2026-05-01', installs: 3 },
      ],
    );
    const values = { metric: 'installs', delta: null, delta_percent: null, within_tolerance: null };
    expect(rows).toEqual([
      { ...values, network: 'Apple', date: '2026-05-01', adjust: 0, kochava: 3, delta: 3 },
      { ...values, network: 'Organic', date: '2026-05-01', adjust: null, kochava: 7 },
      {
        ...values,
        ...{ network: 'Unity', date: '2026-05-01', adjust: 200, kochava: 210 },
        ...{ delta: 10, delta_percent: 5, within_tolerance: true },
      },
      { ...values, network: 'Meta', date: '2026-05-02', adjust: 10, kochava: null },
    ]);
    expect(Object.keys(rows[0]!).slice(0, 4)).toEqual(['network', 'date', 'metric', 'adjust']);
  });

  it.each([
    [5, 105, true],
    [5, 95, true],
    [5, 94, false],
    [5, 106, false],
    [0, 100, true],
    [0, 101, false],
    [0.5, 100.5, true],
  ])('within %d per cent: %d beside 100 is %s', async (tolerancePercent, kochava, within) => {
    const { rows } = await compare({ metrics: ['CLICKS'], tolerancePercent }, [{ clicks: 100 }], [{ clicks: kochava }]);
    expect(rows).toMatchObject([{ within_tolerance: within }]);
  });

  it('adds up what is one to us, and makes ratios of sums', async () => {
    const asked: Asked = { metrics: ['CTR', 'CLICKS'], groupBy: ['NETWORK'] };
    const { rows, totals } = await compare(
      asked,
      [
        { network: 'Meta', clicks: 10, impressions: 1_000 },
        { network: 'Meta', clicks: 30, impressions: 1_000 },
        { network: 'Quiet', clicks: 0, impressions: 0 },
      ],
      [
        { network: 'Meta', clicks: 50, impressions: 1_000 },
        { network: 'Quiet', clicks: 50, impressions: 4_000 },
      ],
    );
    expect(rows.map(({ network, metric, adjust, kochava }) => [network, metric, adjust, kochava])).toEqual([
      ['Meta', 'ctr', 0.02, 0.05],
      ['Meta', 'clicks', 40, 50],
      ['Quiet', 'ctr', null, 0.0125],
      ['Quiet', 'clicks', 0, 50],
    ]);
    expect(totals.map(({ metric, adjust, kochava }) => [metric, adjust, kochava])).toEqual([
      ['ctr', 0.02, 0.02],
      ['clicks', 40, 100],
    ]);
  });

  it('puts amounts without a currency beside one of one currency, and beside none of several', async () => {
    const asked: Asked = { metrics: ['REVENUE', 'INSTALLS', 'ROAS'], groupBy: ['COUNTRY'] };
    const { rows, totals, apart } = await compare(
      asked,
      [
        { country: 'DE', currency: 'EUR', revenue: 0.1, cost: 1, installs: 1 },
        { country: 'US', currency: 'USD', revenue: 8, cost: 2, installs: 2 },
        { country: 'US', currency: 'EUR', revenue: 4, cost: 2, installs: 4 },
        { country: 'PL', currency: 'EUR', revenue: 4, cost: 1, installs: 4 },
      ],
      [
        { country: 'DE', revenue: 0.3, cost: 1, installs: 1 },
        { country: 'US', revenue: 16, cost: 4, installs: 6 },
        { country: 'FR', revenue: 5, cost: 5, installs: 5 },
      ],
    );
    const line = ({ country, metric, currency, adjust, kochava, delta }: Row) => [
      country,
      metric,
      currency,
      adjust,
      kochava,
      delta,
    ];
    expect(rows.map(line)).toEqual([
      ['DE', 'revenue', 'EUR', 0.1, 0.3, 0.2],
      ['DE', 'installs', null, 1, 1, 0],
      ['DE', 'roas', 'EUR', 0.1, 0.3, 0.3 - 0.1],
      ['FR', 'revenue', null, null, 5, null],
      ['FR', 'installs', null, null, 5, null],
      ['FR', 'roas', null, null, 1, null],
      ['PL', 'revenue', 'EUR', 4, null, null],
      ['PL', 'installs', null, 4, null, null],
      ['PL', 'roas', 'EUR', 4, null, null],
      ['US', 'revenue', 'EUR', 4, null, null],
      ['US', 'revenue', 'USD', 8, null, null],
      ['US', 'revenue', null, null, 16, null],
      ['US', 'installs', null, 6, 6, 0],
      ['US', 'roas', 'EUR', 2, null, null],
      ['US', 'roas', 'USD', 4, null, null],
      ['US', 'roas', null, null, 4, null],
    ]);
    expect(totals.map(line).map((cells) => cells.slice(1))).toEqual([
      ['revenue', 'EUR', 8.1, null, null],
      ['revenue', 'USD', 8, null, null],
      ['revenue', null, null, 21.3, null],
      ['installs', null, 11, 12, 1],
      ['roas', 'EUR', 2.025, null, null],
      ['roas', 'USD', 4, null, null],
      ['roas', null, null, 2.13, null],
    ]);
    expect(apart).toEqual(['EUR', 'USD']);
  });

  it('takes Adjust’s apps without a currency for a currency of their own', async () => {
    const { rows } = await compare(
      { metrics: ['REVENUE'] },
      [{ revenue: 1 }, { currency: 'EUR', revenue: 2 }],
      [{ revenue: 3 }],
    );
    expect(rows.map(({ currency, adjust, kochava }) => [currency, adjust, kochava])).toEqual([
      ['EUR', 2, null],
      [null, 1, null],
      [null, null, 3],
    ]);
    const alone = await compare({ metrics: ['REVENUE'] }, [{ revenue: 1 }], [{ revenue: 3 }]);
    expect(alone.rows).toMatchObject([{ currency: null, adjust: 1, kochava: 3, delta: 2 }]);
  });

  it('says nothing for a metric that a vendor lacks', async () => {
    const { rows } = await compare(
      { metrics: ['SESSIONS', 'INSTALLS'] },
      [{ sessions: 9, installs: 1 }],
      [{ installs: 1 }],
    );
    expect(rows.map(({ metric, adjust, kochava }) => [metric, adjust, kochava])).toEqual([
      ['sessions', 9, null],
      ['installs', 1, 1],
    ]);
  });

  it('is the same from disk, however rows lie, and leaves no file', async () => {
    const asked: Asked = { metrics: ['INSTALLS', 'REVENUE'], groupBy: ['DAY', 'COUNTRY'] };
    const rows = (step: number): Row[] =>
      Array.from({ length: 2_000 }, (_, index) => ({
        date: `2026-05-${10 + ((index * step) % 21)}`,
        country: ['DE', 'US', 'FR', 'PL', 'IT'][index % 5]!,
        currency: step === 8 ? ['EUR', 'USD'][index % 2]! : null,
        installs: index,
        revenue: index / 100,
      }));
    const small = await compare(asked, rows(8), rows(11), 100);
    const large = await compare(asked, rows(8), rows(11));
    expect(small.rows).toHaveLength(21 * 5 * 4);
    expect(small).toEqual(large);
    expect(await readdir(folder)).toEqual([]);
  });

  it('tells nothing of a side that broke off, and why', async () => {
    const asked: Asked = { metrics: ['INSTALLS'], groupBy: ['NETWORK'] };
    const broken = side('KOCHAVA', asked, []);
    const batches = async function* () {
      yield [['KOCHAVA', 'Meta', null, 4]] as KpiCells[];
      yield [['KOCHAVA', 'Only here', null, 4]] as KpiCells[];
      throw new UpstreamError('truncated', 'The answer broke off.', {
        vendor: 'KOCHAVA',
        operation: 'report',
        sent: true,
      });
    };
    const adjust = side('ADJUST', asked, [{ network: 'Meta', installs: 3 }]);
    const { rows, totals, reports } = await compareStreams(asked, [adjust, { ...broken, batches }]);
    expect(rows.map(({ network, adjust, kochava }) => [network, adjust, kochava])).toEqual([['Meta', 3, null]]);
    expect(totals).toMatchObject([{ adjust: 3, kochava: null }]);
    expect(reports[1]).toMatchObject({ status: 'FAILED', error: { code: 'UPSTREAM_INVALID_RESPONSE' } });
    expect(reports[0]).toMatchObject({ status: 'FRESH', error: null });
  });

  it('has no rows and no totals of nothing', async () => {
    expect(await compare({ metrics: ['INSTALLS', 'REVENUE'] }, [], [])).toMatchObject({ rows: [], totals: [] });
  });
});

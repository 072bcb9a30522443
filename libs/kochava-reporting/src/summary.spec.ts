import { UpstreamError } from '#libs/upstream-http';
import { readRows } from './rows.js';
import { SUMMARY_COUNTERS, SummaryColumns } from './summary-columns.js';
import { readSummary, type SummaryRow } from './summary-rows.js';

async function* bytes(text: string): AsyncGenerator<Buffer> {
  yield Buffer.from(text);
}

const MAY = Date.parse('2026-05-01T00:00:00Z');
const IN_MAY = { from: MAY, until: Date.parse('2026-06-01T00:00:00Z') };

const read = async (text: string, wish: { groupings: string[]; counters: string[] }, more = {}) => {
  const rows: SummaryRow[] = [];
  const unknown: string[] = [];
  const columns = new SummaryColumns(more);
  const batches = readRows(bytes(text), { format: 'csv' });
  const onPlaces = (places: { unknown: readonly string[] }) => unknown.push(...places.unknown);
  for await (const some of readSummary(batches, columns, { ...wish, ...IN_MAY }, onPlaces)) rows.push(...some);
  return { rows, unknown };
};

const failure = async (work: Promise<unknown>): Promise<UpstreamError> => {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(UpstreamError);
  return error as UpstreamError;
};

describe('a summary’s columns', () => {
  it.each([
    ['date_adjusted,network,network_name,clicks,installs'],
    ['Date_Adjusted,NETWORK,Network Name,# clicks,# installs'],
    ['date,network_id,network_name,click_count,Install Count'],
    ['time,networkId,networkName,Clicks,installs'],
  ])('are understood as %s', async (header) => {
    const { rows } = await read(`${header}\n2026-05-01 00:00:00,42,Unity Ads,7,3\n`, {
      groupings: ['network'],
      counters: ['installs', 'clicks'],
    });
    expect(rows).toEqual([{ time: MAY, groups: [{ name: 'Unity Ads', id: '42' }], counters: [3, 7] }]);
  });

  it('prefer the asked time zone to UTC, the word itself to its other names, and a name to an id', async () => {
    const { rows, unknown } = await read(
      'date_utc,date_adjusted,click_count,clicks,network,country,site,weather\n2026-05-02,2026-05-01T13:00:00Z,1,2,42,de,,wet\n',
      { groupings: ['country', 'network', 'site'], counters: ['clicks'] },
    );
    expect(rows).toEqual([
      {
        time: MAY + 13 * 3_600_000,
        groups: [
          { name: 'de', id: null },
          { name: '42', id: '42' },
          { name: null, id: null },
        ],
        counters: [2],
      },
    ]);
    expect(unknown).toEqual(['weather']);
  });

  it('know every counter of the document by its own words', async () => {
    const words = [
      '# impressions',
      'Amount spent on Impression',
      '# clicks',
      '# duplicate clicks',
      '# clicks matched to impressions',
      '# amount spent on clicks',
      '# installs',
      '# installs matched to impressions',
      '# installs matched to clicks',
      '# reengagement for',
      '# events',
      '# revenue generating events',
      'Amount of revenue generated',
      '# skadnetwork',
      '# skadnetwork matched to impressions',
      '# skadnetwork matched to clicks',
      '# clicks verified OK',
      '# clicks verified NOT OK',
      '# impressions verified OK',
      '# impressions verified NOT OK',
      'network_spend_restated',
    ];
    const { rows, unknown } = await read(
      `date,${words.join(',')}\n2026-05-01,${words.map((_, at) => at).join(',')}\n`,
      {
        groupings: [],
        counters: [...SUMMARY_COUNTERS.keys()],
      },
    );
    expect(unknown).toEqual([]);
    expect(rows[0]!.counters).toEqual(words.map((_, at) => at));
  });

  it('can be added to, and not with a meaning that there is none of', async () => {
    const text = 'date,Media Source,klicks\n2026-05-01,Unity Ads,7\n';
    const wish = { groupings: ['network'], counters: ['clicks'] };
    const { rows } = await read(text, wish, { 'media source': 'network_name', klicks: 'clicks' });
    expect(rows[0]).toMatchObject({ groups: [{ name: 'Unity Ads' }], counters: [7] });
    expect(() => new SummaryColumns({ klicks: 'klicks' })).toThrow(RangeError);
  });

  it('are named where one is missing, with those that were found', async () => {
    const error = await failure(
      read('day,source,klicks\n2026-05-01,x,7\n', { groupings: ['network'], counters: ['clicks'] }),
    );
    expect(error.failure).toBe('malformed');
    for (const word of ['date_adjusted', 'network', 'clicks', '"day"', '"source"', '"klicks"']) {
      expect(error.message).toContain(word);
    }
  });

  it('hold numbers and times: anything else is told by its column and row, an empty field is nothing', async () => {
    const wish = { groupings: [], counters: ['clicks', 'revenue'] };
    const { rows } = await read('date,clicks,revenue\n2026-05-01,,-1.50\n2026-05-01,1e3,0\n', wish);
    expect(rows.map(({ counters }) => counters)).toEqual([
      [null, -1.5],
      [1000, 0],
    ]);
    for (const [line, column, what] of [
      ['2026-05-01,"1,000",2', 'clicks', 'number'],
      ['2026-05-01,1,n/a', 'revenue', 'number'],
      ['2026-05-01,1,0x1f', 'revenue', 'number'],
      ['01.05.2026,1,2', 'date', 'time'],
      ['2026-13-01,1,2', 'date', 'time'],
    ] as const) {
      const error = await failure(read(`date,clicks,revenue\n2026-05-01,1,1\n${line}\n`, wish));
      expect(error.message).toContain(`column "${column}" of row 2 holds what is no ${what}`);
      expect(error.failure).toBe('malformed');
    }
  });

  it('tell times of the window that was asked for: another’s are refused, not left out', async () => {
    const wish = { groupings: [], counters: ['clicks'] };
    const { rows } = await read('date,clicks\n2026-05-01,1\n2026-05-31 23:00:00,2\n', wish);
    expect(rows).toHaveLength(2);
    for (const time of ['2026-04-30 23:59:59', '2026-06-01', '2025-05-01']) {
      const error = await failure(read(`date,clicks\n2026-05-01,1\n${time},1\n`, wish));
      expect(error.message).toContain('column "date" of row 2 holds a time that was not asked for');
      expect(error.failure).toBe('malformed');
    }
  });
});

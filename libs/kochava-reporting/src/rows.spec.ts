import { gzipSync } from 'node:zlib';
import { UpstreamError } from '#libs/upstream-http';
import { readRows, readableFile, skipBytes, type RowBatch, type RowsOptions } from './index.js';

/** The file in pieces of so many bytes. */
async function* pieces(file: string | Buffer, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(file);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function batchesOf(body: AsyncIterable<Buffer>, options: RowsOptions): Promise<RowBatch[]> {
  const batches: RowBatch[] = [];
  for await (const batch of readRows(body, options)) batches.push(batch);
  return batches;
}

const rowsOf = (batches: readonly RowBatch[]) => batches.flatMap((batch) => batch.rows);
const offsetsOf = (batches: readonly RowBatch[]) => batches.flatMap((batch) => batch.offsets);

async function failureOf(file: string | Buffer, format: 'csv' | 'json', size = 7): Promise<string> {
  const error: unknown = await batchesOf(pieces(file, size), { format }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof UpstreamError)) throw new Error(`Not refused: ${String(error)}`);
  return error.failure;
}

const CSV = [
  '\ufeffnetwork,network_name,installs,revenue',
  '254,Google Ads ACI,12,0.50',
  '1207,"Smith, Jones & Co",3,',
  '34,"Rückkehr ""Herbst""\nzwei Zeilen",1,7',
  '9,日本 5" screen,"",😀',
  '',
  '"5","x",0,0',
].join('\n');
const CSV_ROWS = [
  ['254', 'Google Ads ACI', '12', '0.50'],
  ['1207', 'Smith, Jones & Co', '3', ''],
  ['34', 'Rückkehr "Herbst"\nzwei Zeilen', '1', '7'],
  ['9', '日本 5" screen', '', '😀'],
  ['5', 'x', '0', '0'],
];
const JSON_FILE = `[ {"network":"254","note":"a } ] \\" \\\\","click":{"ip":"::1","list":[1,2,{"a":"}"}]},"id":-5079248175472211673},
 {"network":"9","note":"日本 😀","click":null,"id":"7"} ,{"network":"5","id":1.5,"note":"\\u00e9\\n","click":[]}\n]\n`;
const JSON_ROWS = [
  ['254', 'a } ] " \\', { ip: '::1', list: [1, 2, { a: '}' }] }, '-5079248175472211673'],
  ['9', '日本 😀', null, '7'],
  ['5', 'é\n', [], 1.5],
];

describe.each([
  ['csv', CSV, ['network', 'network_name', 'installs', 'revenue'], CSV_ROWS],
  [
    'csv',
    CSV.replaceAll('\n', '\r\n').replace('Herbst""\r\n', 'Herbst""\n') + '\r\n',
    ['network', 'network_name', 'installs', 'revenue'],
    CSV_ROWS,
  ],
  ['json', JSON_FILE, ['network', 'note', 'click', 'id'], JSON_ROWS],
] as const)('a file in %s, number %#', (format, file, columns, expected) => {
  it('is the same in whichever pieces it comes', async () => {
    const length = Buffer.byteLength(file);
    const whole = offsetsOf(await batchesOf(pieces(file, length), { format }));
    for (let size = 1; size <= length; size++) {
      const batches = await batchesOf(pieces(file, size), { format });
      expect(rowsOf(batches)).toEqual(expected);
      expect(offsetsOf(batches)).toEqual(whole);
      expect(batches[0]!.columns).toEqual(columns);
    }
  });

  it('can be read from where any row begins', async () => {
    const offsets = offsetsOf(await batchesOf(pieces(file, 1000), { format }));
    for (const [index, offset] of offsets.entries()) {
      const rest = pieces(Buffer.from(file).subarray(offset), 11);
      const batches = await batchesOf(rest, { format, from: { offset, columns } });
      expect(rowsOf(batches)).toEqual(expected.slice(index));
      expect(offsetsOf(batches)).toEqual(offsets.slice(index));
    }
  });
});

describe('columns', () => {
  it('are told where there are no rows', async () => {
    expect(await batchesOf(pieces('a,b\n', 9), { format: 'csv' })).toEqual([
      { columns: ['a', 'b'], rows: [], offsets: [] },
    ]);
    expect(await batchesOf(pieces('[]', 9), { format: 'json' })).toEqual([{ columns: [], rows: [], offsets: [] }]);
  });

  it('of one name are told apart', async () => {
    const [batch] = await batchesOf(pieces('date,date\n1,2\n', 99), { format: 'csv' });
    expect(batch!.columns).toEqual(['date', 'date_2']);
  });

  it('grow by what a later JSON object adds', async () => {
    const batches = await batchesOf(pieces('[{"a":1},{"b":2,"a":3},{"a":4}]', 99), { format: 'json' });
    expect(batches.map(({ columns, rows }) => [columns, rows])).toEqual([
      [['a'], [[1]]],
      [
        ['a', 'b'],
        [
          [3, 2],
          [4, null],
        ],
      ],
    ]);
  });

  it('of one alone: an empty line is an empty value', async () => {
    expect(rowsOf(await batchesOf(pieces('a\n1\n\n""\n', 3), { format: 'csv' }))).toEqual([['1'], [''], ['']]);
  });
});

describe('no report', () => {
  it.each([
    ['csv', '', 'malformed'],
    ['csv', '<?xml version="1.0"?>\n<Error/>', 'malformed'],
    ['csv', 'a,b\n1\n', 'malformed'],
    ['csv', 'a,b\n1,2,3\n', 'malformed'],
    ['csv', 'a,b\n1,"never', 'truncated'],
    ['csv', 'a,b\n"1"x,2\n', 'malformed'],
    ['json', '', 'truncated'],
    ['json', '[{"a":1},', 'truncated'],
    ['json', '[{"a":1}', 'truncated'],
    ['json', '[{"a":"', 'truncated'],
    ['json', '{"status":"Error"}', 'malformed'],
    ['json', '<html>', 'malformed'],
    ['json', '[1]', 'malformed'],
    ['json', '[{"a":1}{"a":2}]', 'malformed'],
    ['json', '[{"a":1},]', 'malformed'],
    ['json', '[{"a":1]]', 'malformed'],
    ['json', '[{"a":tru}]', 'malformed'],
    ['json', '[{"a":1}]]', 'malformed'],
  ] as const)('%s %j is %s', async (format, file, failure) => {
    expect(await failureOf(file, format)).toBe(failure);
    expect(await failureOf(file, format, 1)).toBe(failure);
  });

  it.each(['csv', 'json'] as const)('%s with a row that never ends is given up', async (format) => {
    const head = format === 'csv' ? 'a\n"' : '[{"a":"';
    async function* endless() {
      yield Buffer.from(head);
      for (;;) yield Buffer.alloc(1024 * 1024, 'x');
    }
    await expect(batchesOf(endless(), { format })).rejects.toMatchObject({ failure: 'too-large' });
  });
});

describe('a compressed file', () => {
  const textOf = async (body: AsyncIterable<Buffer>) => {
    let text = '';
    for await (const chunk of body) text += chunk.toString();
    return text;
  };

  it.each([1, 2, 10, 1000])('is unpacked, in pieces of %d', async (size) => {
    const packed = Buffer.concat([gzipSync('a,b\n'), gzipSync('1,2\n')]);
    const { body, compressed } = await readableFile(pieces(packed, size));
    expect([compressed, await textOf(body)]).toEqual([true, 'a,b\n1,2\n']);
  });

  it('is told from one that is not', async () => {
    const { body, compressed } = await readableFile(pieces('a\n', 1));
    expect([compressed, await textOf(body)]).toEqual([false, 'a\n']);
    expect(await textOf((await readableFile(pieces('', 1))).body)).toBe('');
  });

  it('that breaks off, is damaged or is an archive is an error', async () => {
    const packed = gzipSync('a,b\n'.repeat(1000));
    await expect(textOf((await readableFile(pieces(packed.subarray(0, 30), 9))).body)).rejects.toMatchObject({
      failure: 'truncated',
    });
    packed.fill(0xff, 15, 25);
    await expect(textOf((await readableFile(pieces(packed, 9))).body)).rejects.toMatchObject({ failure: 'malformed' });
    await expect(readableFile(pieces('PK\u0003\u0004....', 3))).rejects.toMatchObject({ failure: 'malformed' });
  });

  it('lets go of its source when its reader leaves', async () => {
    let left = false;
    async function* source() {
      try {
        const packed = gzipSync(Buffer.alloc(5_000_000));
        for (;;) yield packed;
      } finally {
        left = true;
      }
    }
    const { body } = await readableFile(source());
    for await (const chunk of body) if (chunk.length > 0) break;
    for (let i = 0; i < 100 && !left; i++) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(left).toBe(true);
  });

  it('can be skipped into', async () => {
    expect(await textOf(skipBytes(pieces('0123456789', 3), 4))).toBe('456789');
    expect(await textOf(skipBytes(pieces('0123456789', 3), 10))).toBe('');
  });
});

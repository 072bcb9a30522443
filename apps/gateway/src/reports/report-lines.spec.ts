import { readRows } from '#libs/kochava-reporting';
import { LineForm } from '../edge/table-lines.js';
import { reportLines } from './report-lines.js';

const OPTIONS = { bom: false, humanReadable: false, raw: false };

async function linesOf(
  file: string | Buffer,
  as: 'csv' | 'ndjson',
  format: 'csv' | 'json' = 'csv',
  options = OPTIONS,
  size = Infinity,
) {
  async function* body(): AsyncGenerator<Buffer> {
    const bytes = Buffer.from(file);
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const batches = readRows(body(), { format });
  const { value: head } = await batches.next();
  if (!head) throw new Error('no batch');
  async function* all() {
    yield head!;
    yield* batches;
  }
  const form = new LineForm(
    as,
    head.columns.map((name: string) => ({ name })),
    options,
  );
  let text = form.head();
  for await (const piece of reportLines(all(), head.columns)(form)) text += piece.toString();
  return text;
}

async function rowsOf(file: string) {
  async function* body(): AsyncGenerator<Buffer> {
    yield Buffer.from(file);
  }
  const all: (readonly unknown[])[] = [];
  for await (const { rows } of readRows(body(), { format: 'csv' })) all.push(...rows);
  return all;
}

describe('lines of a report', () => {
  it.each([
    ['as they stand in the file', 'a,b\n1,x\n2,y\n', 'a,b\n1,x\n2,y\n'],
    ['without a last line break', 'a,b\n1,x\n2,y', 'a,b\n1,x\n2,y\n'],
    ['with the line breaks of Windows', 'a,b\r\n1,x\r\n', 'a,b\n1,x\n'],
    ['without blank lines', 'a,b\n1,x\n\n2,y\n', 'a,b\n1,x\n2,y\n'],
    [
      'negative numbers untouched',
      'a,b\n-1.5,-5079248175472211673\n-x,-\n',
      "a,b\n-1.5,-5079248175472211673\n'-x,'-\n",
    ],
    ['formulas made inert', 'a,b\n=1+1,@x\n+1,-1-1\n', "a,b\n'=1+1,'@x\n'+1,'-1-1\n"],
    ['quoted where they must be', 'a,b\n"x,y","say ""hi"""\n', 'a,b\n"x,y","say ""hi"""\n'],
    ['formulas in quotes made inert, their neighbours untouched', 'a,b\n"=1","x,y"\n1,2\n', `a,b\n'=1,"x,y"\n1,2\n`],
    ['quotes that stand for themselves doubled', 'a,b\n5" x,1\n2,3\n', 'a,b\n"5"" x",1\n2,3\n'],
    ['in any script', 'a,b\nñ,漢\n', 'a,b\nñ,漢\n'],
  ])('as CSV: %s', async (_, file, csv) => {
    expect(await linesOf(file, 'csv')).toBe(csv);
  });

  it('as CSV: formulas as they are, where that is asked for', async () => {
    expect(await linesOf('a,b\n=1+1,x\n', 'csv', 'csv', { ...OPTIONS, raw: true })).toBe('a,b\n=1+1,x\n');
  });

  it.each([
    ['a,b\n1,x\n', '{"a":"1","b":"x"}\n'],
    ['a,b\n"1\n2",\\\n', '{"a":"1\\n2","b":"\\\\"}\n'],
    ['a,b\nñ,\t\n', '{"a":"ñ","b":"\\t"}\n'],
    ['a,b\nx,\t\n', '{"a":"x","b":"\\t"}\n'],
  ])('as NDJSON: %j', async (file, ndjson) => {
    expect(await linesOf(file, 'ndjson')).toBe(ndjson);
  });

  const hard = [
    '\ufeffa,b\r\n1,"x, ""y"""\r\n\r\n"",\r\n"zwei\nZeilen",5" Zoll\r\n',
    'a,b\n"""",""\n😀 ñ,"\\ 漢"\n\n\t,\u0001\n"last",line',
  ];

  it.each(hard)('say what is in the file, in whichever pieces it comes: %j', async (file) => {
    const rows = await rowsOf(file);
    for (let size = 1; size < Buffer.byteLength(file); size++) {
      const ndjson = await linesOf(file, 'ndjson', 'csv', OPTIONS, size);
      const objects = ndjson
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as object);
      expect(objects.map((object) => Object.values(object) as unknown)).toEqual(rows);
      const csv = await linesOf(file, 'csv', 'csv', { ...OPTIONS, raw: true }, size);
      expect(await rowsOf(csv)).toEqual(rows);
      expect(csv).not.toContain('\r\n');
    }
  });

  it('are UTF-8, whatever the file is', async () => {
    const latin1 = Buffer.from('a,b\nM\u00fcnchen,1\n', 'latin1');
    expect(await linesOf(latin1, 'ndjson')).toBe('{"a":"M\ufffdnchen","b":"1"}\n');
    expect(await linesOf(latin1, 'csv')).toBe('a,b\nM\ufffdnchen,1\n');
  });

  it('may be longer than what is written at once, and many', async () => {
    const long = '"\\'.repeat(100_000);
    const file = `a,b\n1,"${long.replaceAll('"', '""')}"\n${'2,x\n'.repeat(20_000)}`;
    const lines = (await linesOf(file, 'ndjson', 'csv', OPTIONS, 65_536)).split('\n');
    expect(JSON.parse(lines[0]!)).toEqual({ a: '1', b: long });
    expect(new Set(lines.slice(1, -1))).toEqual(new Set(['{"a":"2","b":"x"}']));
    expect(lines).toHaveLength(20_002);
  });

  it('of a JSON file: nested values as texts of JSON, and none with columns that come too late', async () => {
    expect(await linesOf('[{"a":1,"b":{"c":[true]}},{"a":null}]', 'csv', 'json')).toBe('a,b\n1,"{""c"":[true]}"\n,\n');
    await expect(linesOf('[{"a":1},{"a":2,"late":3}]', 'csv', 'json')).rejects.toMatchObject({
      code: 'UPSTREAM_INVALID_RESPONSE',
    });
  });
});

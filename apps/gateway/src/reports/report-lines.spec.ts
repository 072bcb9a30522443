import { readRows } from '#libs/kochava-reporting';
import { LineForm } from '../edge/table-lines.js';
import { reportLines } from './report-lines.js';

const OPTIONS = { bom: false, humanReadable: false, raw: false };

async function linesOf(file: string, as: 'csv' | 'ndjson', format: 'csv' | 'json' = 'csv', options = OPTIONS) {
  async function* body(): AsyncGenerator<Buffer> {
    yield Buffer.from(file);
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
  for await (const piece of reportLines(all(), head.columns)(form)) text += piece;
  return text;
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

  it('of a JSON file: nested values as texts of JSON, and none with columns that come too late', async () => {
    expect(await linesOf('[{"a":1,"b":{"c":[true]}},{"a":null}]', 'csv', 'json')).toBe('a,b\n1,"{""c"":[true]}"\n,\n');
    await expect(linesOf('[{"a":1},{"a":2,"late":3}]', 'csv', 'json')).rejects.toMatchObject({
      code: 'UPSTREAM_INVALID_RESPONSE',
    });
  });
});

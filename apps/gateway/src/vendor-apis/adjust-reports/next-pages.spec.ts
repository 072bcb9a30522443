import type { FastifyRequest } from 'fastify';
import { NextPages } from './next-pages.js';

const CALLED = { protocol: 'https', host: 'mmp.example:8443' } as FastifyRequest;
const DOOR = 'https://mmp.example:8443/vendor/adjust-reports';
const pages = new NextPages('https://automate.adjust.com', undefined);

async function* cut(text: string, size: number): AsyncGenerator<Buffer> {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function read(text: string, size = 1_000, { on = pages, called = CALLED } = {}): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of on.here(cut(text, size), called)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const answer = (next: string): string =>
  `{"rows":["Größe ${'x'.repeat(1_500)}"],"pagination":{"next":${next},"previous":null}}${' '.repeat(700)}`;

describe('the address of a next page', () => {
  const theirs = '"https://automate.adjust.com/reports-service/report?page=2&app_token__in=a"';
  const ours = `"${DOOR}/reports-service/report?page=2&app_token__in=a"`;

  it.each([1, 2, 3, 7, 64, 511, 512, 513, 4096])('leads here, cut into pieces of %i bytes', async (size) => {
    expect(await read(answer(theirs), size)).toBe(answer(ours));
  });

  it.each([
    ['null', 'null'],
    [' "http://automate.adjust.com/reports-service/report"', ` "${DOOR}/reports-service/report"`],
    [`"https:\\/\\/automate.adjust.com\\/reports-service\\/report"`, `"${DOOR}\\/reports-service\\/report"`],
    [
      '"https://automate.adjust.com/control-center/reports-service/report"',
      `"${DOOR}/control-center/reports-service/report"`,
    ],
    ['"https://automate.adjust.com/other"', '"https://automate.adjust.com/other"'],
    ['"https://automateXadjust.com/reports-service/x"', '"https://automateXadjust.com/reports-service/x"'],
    [
      '"https://automate.adjust.com.evil.example/reports-service/x"',
      '"https://automate.adjust.com.evil.example/reports-service/x"',
    ],
  ])('%s', async (next, seen) => {
    expect(await read(answer(next))).toBe(answer(seen));
  });

  it('is the gateway’s public one where it has one, and no host can break the JSON', async () => {
    const on = new NextPages('https://automate.adjust.com', 'https://bi.example/mmp');
    expect(await read(answer(theirs), 64, { on })).toContain(
      '"https://bi.example/mmp/vendor/adjust-reports/reports-service',
    );
    const called = { protocol: 'http', host: 'a","b":"c' } as FastifyRequest;
    expect(await read(answer(theirs), 64, { called })).toContain('"next":"http://ab:c/vendor/');
  });
});

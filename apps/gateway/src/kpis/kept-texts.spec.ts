import { KeptTexts } from './kept-texts.js';
import { GivenRows } from './row-source.js';

const rows = (): GivenRows => new GivenRows([['ADJUST', 1]]);

describe('KeptTexts', () => {
  it('keeps what is written of rows that come a second time, for each form', () => {
    const texts = new KeptTexts();
    const some = rows();
    let written = 0;
    const write = (): string => `text ${++written}`;
    expect(texts.of(some, 'csv', write).text).toBe('text 1');
    const kept = texts.of(some, 'csv', write);
    expect(kept.text).toBe('text 2');
    expect(texts.of(some, 'csv', write)).toBe(kept);
    expect(texts.of(some, 'list', write).text).toBe('text 3');
    expect(texts.of(some, 'list', write).text).toBe('text 3');
    expect(texts.of(rows(), 'csv', write).text).toBe('text 4');
  });

  it('lets go of what was used longest ago when its measure is full', () => {
    const texts = new KeptTexts(1_570);
    const [first, second, third] = [rows(), rows(), rows()];
    const twice = (one: GivenRows): void => {
      for (let time = 0; time < 2; time++) texts.of(one, 'csv', () => 'ten signs.');
    };
    const isKept = (one: GivenRows): boolean => texts.of(one, 'csv', () => 'anew').text === 'ten signs.';
    twice(first);
    twice(second);
    expect(isKept(first)).toBe(true);
    twice(third);
    expect(isKept(second)).toBe(false);
    expect(isKept(first)).toBe(true);
    expect(isKept(third)).toBe(true);
  });

  it('counts the forms, too: a caller has as many and as long ones as it likes', () => {
    const texts = new KeptTexts(100_000);
    const some = rows();
    const kept = (): number => {
      let written = 0;
      for (let form = 0; form < 1_000; form++) texts.of(some, String(form), () => `${++written}`);
      return 1_000 - written;
    };
    kept();
    expect(kept()).toBeLessThan(200);
    const long = 'x'.repeat(600_000);
    const write = (): string => '[]';
    texts.of(some, long, write);
    expect(texts.of(some, long, write)).not.toBe(texts.of(some, long, write));
  });

  it('keeps no text that is very long', () => {
    const texts = new KeptTexts();
    const some = rows();
    let written = 0;
    const write = (): string => 'x'.repeat(600_000 + ++written);
    for (let time = 1; time <= 3; time++) expect(texts.of(some, 'csv', write).text).toHaveLength(600_000 + time);
  });
});

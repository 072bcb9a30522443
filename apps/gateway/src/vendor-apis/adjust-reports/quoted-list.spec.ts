import { readQuotedList } from './quoted-list.js';

describe('lists of the Report Service', () => {
  it.each([
    ['a', ['a']],
    ['a,b', ['a', 'b']],
    [' a , b ', ['a', 'b']],
    ['"a","b"', ['a', 'b']],
    ['"a, b" ,c', ['a, b', 'c']],
    ['"say ""a""",b', ['say "a"', 'b']],
    ['', []],
    [',', []],
    ['  ', []],
    [' , a b ,', ['a b']],
    ['""', []],
    ['a,,b,', ['a', 'b']],
    ['"a"b', undefined],
    ['a"b"', undefined],
    ['"a', undefined],
  ])('%j', (text, items) => {
    expect(readQuotedList(text)).toEqual(items);
  });

  // Read in the square of its length, this would outlast the suite.
  it('is read once, however it is spaced', () => {
    expect(readQuotedList(`${' '.repeat(2_000_000)}x"`)).toBeUndefined();
  });
});

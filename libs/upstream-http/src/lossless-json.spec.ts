import { copy, idNumber, idOf, isObject, parseJson, plain, textOf, writeJson } from './lossless-json.js';

describe('JSON without a lost digit', () => {
  const TEXT = '{"id":12345678901234567890,"price":1.10,"tiny":1e-7,"list":[1,"2",null,{"a":true}]}';

  it('is written as it was read', () => {
    expect(writeJson(parseJson(TEXT))).toBe(TEXT);
    expect(writeJson(copy(parseJson(TEXT)))).toBe(TEXT);
    expect(parseJson(`\uFEFF${TEXT}`)).toEqual(parseJson(TEXT));
    expect(parseJson('{"a":1,"a":2}')).toEqual({ a: 2 });
    expect(writeJson(undefined)).toBe('null');
    expect(() => parseJson('{"a":')).toThrow();
  });

  it('has plain numbers where a float holds them, and objects that a number is none of', () => {
    const read = parseJson(TEXT) as Record<string, unknown>;
    expect(parseJson('[1,2.5]')).toEqual([1, 2.5]);
    expect([isObject(read), isObject(read['id']), isObject([]), isObject(null)]).toEqual([true, false, false, false]);
    expect(plain(read)).toEqual({
      id: '12345678901234567890',
      price: 1.1,
      tiny: 1e-7,
      list: [1, '2', null, { a: true }],
    });
  });

  it('has ids of any length, as numbers and in quotes', () => {
    const { id } = parseJson(TEXT) as { id: unknown };
    expect([idOf(id), idOf(7), idOf('007'), idOf(1.5), idOf('x'), idOf(null), idOf(2 ** 60)]).toEqual([
      '12345678901234567890',
      '7',
      '007',
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
    expect(writeJson({ id: idNumber('12345678901234567890') })).toBe('{"id":12345678901234567890}');
    expect([textOf(id), textOf(1), textOf('a'), textOf(true)]).toEqual(['12345678901234567890', '1', 'a', undefined]);
  });
});

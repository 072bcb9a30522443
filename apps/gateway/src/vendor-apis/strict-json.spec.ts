import { strictJson } from './strict-json.js';

describe('strictJson', () => {
  it.each([
    ['{"a":1,"b":[{"a":1},{"a":2}],"c":{"a":null}}', { a: 1, b: [{ a: 1 }, { a: 2 }], c: { a: null } }],
    ['{"token":-5079248175472211673,"n":12.5}', { token: '-5079248175472211673', n: 12.5 }],
    ['{"a":"{\\"a\\":1,\\"a\\":2}","b":["a","a"]}', { a: '{"a":1,"a":2}', b: ['a', 'a'] }],
    ['[]', []],
    ['"a"', 'a'],
  ])('reads %s', (text, value) => expect(strictJson(text)).toEqual(value));

  it.each([
    '{"api_key":"x","api_key":"x"}',
    '{"api_key":"x","API_key":"y"}',
    '{"api_key":"x"," api_key ":"y"}',
    '{"api\\u005fkey":"x","api_key":"y"}',
    '{"a":{"b":1,"c":[{"d":{}}],"B":2}}',
  ])('refuses the name that stands twice in %s', (text) => {
    expect(() => strictJson(text)).toThrow('stands twice. Send it once.');
  });

  it.each(['', '{', '{"a":1,}', '{“a”:1}', '{"a":/* no */1}', `${'['.repeat(60)}${']'.repeat(60)}`])(
    'refuses %s',
    (text) => expect(() => strictJson(text)).toThrow(expect.objectContaining({ code: 'BAD_USER_INPUT' })),
  );
});

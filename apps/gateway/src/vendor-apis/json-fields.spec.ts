import { fieldsIn, idOf, idsNamed, mustAgree, mustBeEmpty, valueOf } from './json-fields.js';

const isRefused = expect.objectContaining({ code: 'BAD_USER_INPUT' });

describe('fieldsIn', () => {
  it.each(['', '  \n', '\uFEFF'])('takes %j for no body', (text) => expect(fieldsIn(text)).toBeUndefined());

  it.each(['[]', '1', '"a"', 'null', '{', '{"a":1,"A":2}'])('refuses %s', (text) =>
    expect(() => fieldsIn(text)).toThrow(isRefused),
  );
});

describe('ids', () => {
  it('are found under a name in any case, as a number or a text', () => {
    expect(idOf({ App_ID: 17 }, 'app_id')).toBe('17');
    expect(idOf({ ' app_id ': '9223372036854775807' }, 'app_id')).toBe('9223372036854775807');
    expect(idOf({ app_id: null }, 'app_id')).toBeUndefined();
    expect(valueOf({ __proto__: { app_id: 1 } }, 'app_id')).toBeUndefined();
  });

  it.each(['017', '17.0', '0x11', '1e3', ' 17', '17,18', '-1', '0', '', 1.5, true, [17], { id: 17 }])(
    'are no %j, which servers read in their own ways',
    (value) => expect(() => idOf({ id: value }, 'id')).toThrow(isRefused),
  );

  it('are found wherever they stand', () => {
    const body = { a: [{ APP_id: 1 }, { b: { app_id: '2', c: [[{ app_id: 3 }]] } }], app_id: 4, apps: [5] };
    expect(idsNamed(body, 'app_id')).toEqual(['1', '2', '3', '4']);
    expect(() => idsNamed({ a: [{ app_id: '1x' }] }, 'app_id')).toThrow('a/0/app_id: must be a whole number');
  });

  it('must be the path’s where a body names one', () => {
    expect(() => mustAgree({ ID: '5' }, 'id', '5')).not.toThrow();
    expect(() => mustAgree(undefined, 'id', '5')).not.toThrow();
    expect(() => mustAgree({ ID: 6 }, 'id', '5')).toThrow('id: is 6, and the path leads to 5');
  });
});

describe('mustBeEmpty', () => {
  it('takes no body and an empty object', () => {
    for (const text of ['', '{}', ' { } ']) expect(() => mustBeEmpty(text)).not.toThrow();
    for (const text of ['{"a":1}', '[]', 'x']) expect(() => mustBeEmpty(text)).toThrow(isRefused);
  });
});

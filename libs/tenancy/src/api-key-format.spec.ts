import { apiKeyPrefix, hashApiKey, isApiKey, newApiKey } from './api-key-format.js';

it('makes keys of one length that are recognised, and never twice the same', () => {
  const keys = Array.from({ length: 500 }, newApiKey);
  expect(new Set(keys.map((key) => key.length))).toEqual(new Set([53]));
  expect(keys.every(isApiKey)).toBe(true);
  expect(new Set(keys).size).toBe(500);
  expect(apiKeyPrefix(keys[0]!)).toBe(keys[0]!.slice(0, 12));
  expect(hashApiKey(keys[0]!)).toHaveLength(32);
});

it('tells each typo of one character, and each swap of two neighbours', () => {
  const key = newApiKey();
  for (let at = 0; at < key.length; at += 1) {
    const other = key[at] === 'x' ? 'y' : 'x';
    expect(isApiKey(key.slice(0, at) + other + key.slice(at + 1))).toBe(false);
    const swapped =
      key.slice(0, at) +
      key
        .slice(at, at + 2)
        .split('')
        .reverse()
        .join('') +
      key.slice(at + 2);
    if (swapped !== key) expect(isApiKey(swapped)).toBe(false);
  }
});

it.each([
  ['nothing', ''],
  ['a longer one', `${newApiKey()}0`],
  ['space around it', ` ${newApiKey()}`],
  ['a line after it', `${newApiKey()}\n`],
  ["another product's", 'sk_live_0123456789'],
])('refuses %s', (_, text) => expect(isApiKey(text)).toBe(false));

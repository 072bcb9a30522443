import { randomBytes, randomUUID } from 'node:crypto';
import { inspect } from 'node:util';
import { parseKeyring, seal, unseal } from './sealing.js';
import { Secret } from './secret.js';

const key = () => randomBytes(32).toString('base64');
const place = { tenantId: randomUUID(), provider: 'adjust', version: 1 } as const;

it('opens what it sealed, in its place alone', () => {
  const keyring = parseKeyring(`k1:${key()}`);
  const sealed = seal(keyring, place, 'geheim ✓');
  expect(unseal(keyring, place, sealed)).toBe('geheim ✓');
  for (const other of [
    { ...place, tenantId: randomUUID() },
    { ...place, provider: 'adjust-reports' as const },
    { ...place, version: 2 },
  ]) {
    expect(() => unseal(keyring, other, sealed)).toThrow(/altered or copied/);
  }
});

it('refuses a changed bit anywhere, and a shortened tag', () => {
  const keyring = parseKeyring(`k1:${key()}`);
  const sealed = seal(keyring, place, 'secret');
  for (const part of ['nonce', 'ciphertext', 'tag'] as const) {
    const bytes = Uint8Array.from(sealed[part]);
    bytes[0]! ^= 1;
    expect(() => unseal(keyring, place, { ...sealed, [part]: bytes })).toThrow(/altered or copied/);
  }
  expect(() => unseal(keyring, place, { ...sealed, tag: sealed.tag.slice(0, 4) })).toThrow(/altered or copied/);
});

it('never uses a nonce twice', () => {
  const keyring = parseKeyring(`k1:${key()}`);
  const nonces = Array.from({ length: 200 }, () => Buffer.from(seal(keyring, place, 'same').nonce).toString('hex'));
  expect(new Set(nonces).size).toBe(200);
});

it('encrypts under the first key, decrypts under all, and names the one that is gone', () => {
  const [one, two] = [`k1:${key()}`, `k2:${key()}`];
  const old = seal(parseKeyring(one), place, 'secret');
  const both = parseKeyring(` ${two} , ${one} `);
  expect(unseal(both, place, old)).toBe('secret');
  expect(seal(both, place, 'secret').encryptionKeyId).toBe('k2');
  expect(() => unseal(parseKeyring(two), place, old)).toThrow(/"k1", which CREDENTIAL_KEYS lacks/);
});

describe('parseKeyring', () => {
  const value = key();
  it.each([
    ['nothing', ''],
    ['a key without an id', value],
    ['an id that is empty', `:${value}`],
    ['a key that is too short', `k1:${randomBytes(16).toString('base64')}`],
    ['a key that lost a character in the middle', `k1:${value.slice(0, 20)}${value.slice(21)}`],
    ['a key with a character that is not base64', `k1:${value.slice(0, 20)}!${value.slice(21)}`],
    ['a comma too many', `k1:${value},`],
    ['an id twice', `k1:${value},k1:${key()}`],
  ])('refuses %s in one sentence that names the variable and not the value', (_, text) => {
    const error = (() => {
      try {
        return parseKeyring(text);
      } catch (reason) {
        return reason as Error;
      }
    })();
    expect(error).toBeInstanceOf(Error);
    const { message } = error as Error;
    expect(message).toMatch(/^CREDENTIAL_KEYS must [^\n]+\.$/);
    expect(message).not.toContain(value.slice(4, 16));
  });

  it('keeps its keys to itself when it is logged', () => {
    const bytes = Buffer.alloc(32, 0xab);
    const shown = inspect(parseKeyring(`k1:${bytes.toString('base64')}`), { depth: 10, showHidden: true });
    expect(shown).not.toMatch(/ab ?ab|q6ur/);
  });
});

it('shows a secret through reveal alone', () => {
  const secret = new Secret('hush');
  expect(secret.reveal()).toBe('hush');
  const shown = [`${secret}`, JSON.stringify({ secret }), inspect({ secret }, { showHidden: true, depth: 5 })];
  expect(shown.join()).not.toContain('hush');
});

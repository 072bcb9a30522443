import { fingerprint, MOST_BYTES, redact } from './redact.js';

const read = (value: unknown, secrets?: string[]): unknown => JSON.parse(redact(value, secrets) ?? 'null') as unknown;

describe('redact', () => {
  it('replaces what stands in a known place, however its name is spelt', () => {
    const seen = read({
      secret: 'a1',
      Secret_Key: 'b2',
      'X-API-Key': 'kept',
      apiKey: 'c3',
      name: 'd4',
      nested: { PASSWORD: 5 },
    });
    expect(seen).toEqual({
      secret: fingerprint('a1'),
      Secret_Key: fingerprint('b2'),
      'X-API-Key': 'kept',
      apiKey: fingerprint('c3'),
      name: 'd4',
      nested: { PASSWORD: fingerprint('5') },
    });
  });

  it('keeps the names and fingerprints the values of a context, and of everything under a secret name', () => {
    expect(read({ context: { cpi_url: 'https://x.example', deep: [{ a: 'b' }], on: true } })).toEqual({
      context: { cpi_url: fingerprint('https://x.example'), deep: [{ a: fingerprint('b') }], on: true },
    });
    expect(read({ credential: { user: 'u' } })).toEqual({ credential: { user: fingerprint('u') } });
  });

  it('replaces a secret value wherever it stands, URL-encoded too, in names and numbers as well', () => {
    const text = redact({ url: 'https://x.example/?t=s%2Fcret&u=s/cret', 's/cret': 1, list: ['as/cretb'], pin: 1234 }, [
      's/cret',
      '1234',
      '',
    ]);
    expect(text).not.toMatch(/s\/cret|s%2Fcret|1234/);
    expect(text).toContain(fingerprint('s/cret'));
    expect(text).toContain(fingerprint('1234'));
  });

  it('leaves nothing of a longer secret that holds a shorter one', () => {
    expect(redact(['abc-DEF-ghi'], ['DEF', 'abc-DEF-ghi'])).toBe(JSON.stringify([fingerprint('abc-DEF-ghi')]));
  });

  it('takes the user and password out of a URL', () => {
    expect(read({ url: 'sftp://me:hunter2@files.example/in' })).toEqual({ url: 'sftp://[redacted]@files.example/in' });
  });

  it('takes what JSON does not, and what is no object’s friend', () => {
    const hostile = JSON.parse('{"__proto__": {"polluted": true}, "constructor": "x"}') as object;
    expect(redact(hostile)).toBe('{"__proto__":{"polluted":true},"constructor":"x"}');
    expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
    const value = {
      big: 2n ** 70n,
      at: new Date('2026-01-31T00:00:00Z'),
      bad: new Date(NaN),
      not: undefined,
      f: () => 1,
    };
    expect(read(value)).toEqual({ big: '1180591620717411303424', at: '2026-01-31T00:00:00.000Z', bad: null });
    expect(read([undefined, new Set([1]), new Map([['a', 1]]), Buffer.from('xyz')])).toEqual([
      null,
      [1],
      { a: 1 },
      '(3 bytes)',
    ]);
    expect(redact(undefined)).toBeNull();
    expect(read('a\u0000b\uD800c😀')).toBe('a\uFFFDb\uFFFDc😀');
  });

  it('ends for a circle and for a thousand levels', () => {
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    expect(redact(circle)).toContain('nested too deep');
    expect(redact(JSON.parse('['.repeat(1000) + ']'.repeat(1000)))).toContain('nested too deep');
  });

  it.each([
    ['many names', Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`name-${i}`, 'value']))],
    ['many values', Array.from({ length: 100_000 }, () => 1)],
    ['one long text', 'x'.repeat(1_000_000)],
    ['long texts of emoji', Array.from({ length: 500 }, () => '😀'.repeat(5_000))],
    ['long names', { ['n'.repeat(100_000)]: 1, b: 2 }],
  ])('keeps to its size and tells what it left out: %s', (_what, value) => {
    const text = redact(value)!;
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(MOST_BYTES);
    expect(text).toMatch(/… |more\)|characters\)/);
  });
});

import { redact, withoutSecrets } from './redact.js';

const secret = 'p@ss "wörd"/+=';

describe('redact', () => {
  it.each([
    ['as it is', secret],
    ['URL-encoded', encodeURIComponent(secret)],
    ['form-encoded', new URLSearchParams([['', secret]]).toString().slice(1)],
    ['URL-encoded in lower case', encodeURIComponent(secret).toLowerCase()],
    ['JSON-escaped', JSON.stringify(secret)],
    ['in base64', Buffer.from(secret).toString('base64')],
    ['in base64url', Buffer.from(secret).toString('base64url')],
  ])('takes out a secret %s, each time it occurs', (_, spelling) => {
    const text = redact(`a ${spelling} b ${spelling} c`, [secret]);
    expect(text.replaceAll('"', '')).toMatch(/^a \[redacted\]=* b \[redacted\]=* c$/);
  });

  it('takes out the longer of two secrets that overlap', () => {
    expect(redact('abcdef abc', ['abc', 'abcdef'])).toBe('[redacted] [redacted]');
  });

  it('leaves other text alone, and is not confused by an empty secret', () => {
    expect(redact('Bad request', ['', secret])).toBe('Bad request');
  });
});

describe('withoutSecrets', () => {
  async function* inPieces(text: string, size: number): AsyncGenerator<Buffer> {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
  }
  const clean = async (text: string, size: number, secrets: string[]): Promise<string> => {
    const chunks: Buffer[] = [];
    for await (const chunk of withoutSecrets(inPieces(text, size), secrets)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };

  it.each([1, 2, 5, 7, 100])('masks what chunks of %i bytes cut through, and nothing else', async (size) => {
    const encoded = encodeURIComponent('s3cret/key');
    const text = `ä token=s3cret/key, ${encoded}; s3cret/ke then s3cret/keys3cret/key`;
    expect(await clean(text, size, ['s3cret/key'])).toBe(
      'ä token=[redacted], [redacted]; s3cret/ke then [redacted][redacted]',
    );
    expect(await clean(text, size, [])).toBe(text);
    expect(await clean('', size, ['s3cret/key'])).toBe('');
  });

  it('hands on what can not be a part of a secret before the body has ended', async () => {
    const body = withoutSecrets(
      (async function* () {
        yield Buffer.from('x'.repeat(100));
        await new Promise(() => undefined);
      })(),
      ['s3cret'],
    );
    const { value } = await body.next();
    expect(value!.length).toBeGreaterThan(80);
  });
});

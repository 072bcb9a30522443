import { redact } from './redact.js';

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

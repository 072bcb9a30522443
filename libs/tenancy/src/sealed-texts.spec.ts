import { SealedTexts } from './sealed-texts.js';
import { parseKeyring } from './sealing.js';

const entry = (id: string, fill: number): string => `${id}:${Buffer.alloc(32, fill).toString('base64')}`;

describe('texts sealed for a tenant', () => {
  const texts = new SealedTexts(parseKeyring(entry('k.1', 1)));
  const sealed = texts.seal('tenant-1', 'postback', 'https://partner.example/?key=sesame ✓');

  it('hide what they hold, and open where they were sealed', () => {
    expect(sealed).toMatch(/^[\w.-]+$/);
    expect(Buffer.from(sealed, 'base64url').toString('latin1')).not.toContain('sesame');
    expect(texts.open('tenant-1', 'postback', sealed)).toBe('https://partner.example/?key=sesame ✓');
  });

  it('are another text each time', () => {
    expect(texts.seal('tenant-1', 'postback', 'x')).not.toBe(texts.seal('tenant-1', 'postback', 'x'));
  });

  it('open under an older key, and not without it', () => {
    expect(
      new SealedTexts(parseKeyring(`${entry('k2', 2)},${entry('k.1', 1)}`)).open('tenant-1', 'postback', sealed),
    ).toContain('sesame');
    expect(new SealedTexts(parseKeyring(entry('k2', 2))).open('tenant-1', 'postback', sealed)).toBeUndefined();
    expect(new SealedTexts(parseKeyring(entry('k.1', 3))).open('tenant-1', 'postback', sealed)).toBeUndefined();
  });

  it('open for no other tenant, for nothing else, and not when they were altered', () => {
    expect(texts.open('tenant-2', 'postback', sealed)).toBeUndefined();
    expect(texts.open('tenant-1', 'report', sealed)).toBeUndefined();
    const [first = ''] = sealed;
    expect(texts.open('tenant-1', 'postback', (first === 'A' ? 'B' : 'A') + sealed.slice(1))).toBeUndefined();
    for (const wrong of ['', '...k.1', 'x', `${sealed}2`])
      expect(texts.open('tenant-1', 'postback', wrong)).toBeUndefined();
  });
});

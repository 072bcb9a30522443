import { parseKeyring } from './sealing.js';
import { SignedTexts } from './signed-texts.js';

const key = (byte: number) => Buffer.alloc(32, byte).toString('base64');

describe('SignedTexts', () => {
  const texts = new SignedTexts(parseKeyring(`k.1:${key(1)}`));

  it('gives back what it has signed, in characters of a path', () => {
    const signed = texts.sign('files', '["ü", 1]');
    expect(signed).toMatch(/^[\w.-]+$/);
    expect(texts.verify('files', signed)).toBe('["ü", 1]');
  });

  it('knows nothing that was changed, or signed for something else', () => {
    const signed = texts.sign('files', 'one');
    const [payload, mac, ...id] = signed.split('.');
    const other = Buffer.from('two').toString('base64url');
    for (const text of [
      [other, mac, ...id].join('.'),
      [payload, mac!.slice(1), ...id].join('.'),
      [payload, `A${mac!.slice(1)}`, ...id].join('.') === signed
        ? 'x'
        : [payload, `A${mac!.slice(1)}`, ...id].join('.'),
      [payload, mac, 'k2'].join('.'),
      payload!,
      '',
      '...',
    ]) {
      expect(texts.verify('files', text)).toBeUndefined();
    }
    expect(texts.verify('invitations', signed)).toBeUndefined();
  });

  it('verifies after the keys have changed, until the old one is gone', () => {
    const signed = texts.sign('files', 'one');
    expect(new SignedTexts(parseKeyring(`k2:${key(2)},k.1:${key(1)}`)).verify('files', signed)).toBe('one');
    expect(new SignedTexts(parseKeyring(`k2:${key(2)}`)).verify('files', signed)).toBeUndefined();
    expect(new SignedTexts(parseKeyring(`k.1:${key(2)}`)).verify('files', signed)).toBeUndefined();
  });
});

// Bound once: inside a VM context, as specs run in, every look-up of a global is slow, and this is called by the million.
const { imul } = Math;

/** 32 well-mixed bits of a 32-bit number (MurmurHash3's finalizer). Every number of the world is drawn with it. */
export function mix(bits: number): number {
  let h = bits;
  h ^= h >>> 16;
  h = imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = imul(h, 0xc2b2ae35);
  h ^= h >>> 16;
  return h >>> 0;
}

/** A draw in [0, 1) that depends on these bits alone. */
export function dice(bits: number): number {
  return mix(bits) / 0x1_0000_0000;
}

/** 32 bits of a text (FNV-1a, then mixed). */
export function hashText(text: string, seed = 0): number {
  let h = 0x811c9dc5 ^ seed;
  for (let i = 0; i < text.length; i++) {
    h ^= text.charCodeAt(i);
    h = imul(h, 0x01000193);
  }
  return mix(h);
}

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';
// Not b, d, e, o or x, which some readers of CSV take for part of a number.
const SAFE_LETTERS = 'acfghjkmnpqrstuvwyz';

/**
 * A token as Adjust issues them: lower-case alphanumeric. The second character is a letter, because clients that read CSV
 * take a column of digits, or of `1e5`, for numbers.
 */
export function tokenOf(name: string, length: number): string {
  let token = '';
  for (let i = 0; i < length; i++) {
    const h = hashText(`${name}/${i}`);
    token += i === 1 ? SAFE_LETTERS[h % SAFE_LETTERS.length] : ALPHABET[h % 36];
  }
  return token;
}

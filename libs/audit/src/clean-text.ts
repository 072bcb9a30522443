/** Printable ASCII that JSON writes as it is: most text by far, and the cheap way for it. */
const PLAIN = /^[ -!#-[\]-~]*$/;
export const isPlain = (text: string): boolean => PLAIN.test(text);

/** `text` as Postgres takes it in any json or text column: no U+0000, no half of a surrogate pair. */
export function cleanText(text: string): string {
  return isPlain(text) ? text : text.replaceAll('\u0000', '\uFFFD').replace(/\p{Surrogate}/gu, '\uFFFD');
}

/** Cleaned and cut to `most` characters, the cut told. */
export function shortText(text: string, most: number): string {
  const clean = cleanText(text);
  return clean.length <= most ? clean : `${cleanText(clean.slice(0, most))}… (${clean.length} characters)`;
}

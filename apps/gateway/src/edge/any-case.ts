/**
 * The word among the names of `known` that `said` is in any letter case. What is none of them stays as it was said, so that
 * whoever refuses it shows the caller's own.
 */
export function wordIn(known: object, said: string): string {
  const word = said.toUpperCase();
  return Object.hasOwn(known, word) ? word : said;
}

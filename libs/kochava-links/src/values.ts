import { textOf } from '#libs/upstream-http';

/** Text that says something. */
export const wordsOf = (value: unknown): string | undefined => textOf(value)?.trim() || undefined;

export function numberOf(value: unknown): number | undefined {
  const text = wordsOf(value);
  const number = text === undefined ? NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
}

/** `true`, `"true"`, `1` and `"1"`; undefined where nothing is said. */
export const flagOf = (value: unknown): boolean | undefined =>
  value === undefined || value === null ? undefined : value === true || /^(?:true|1)$/i.test(textOf(value) ?? '');

/** Epoch seconds. Lists of groups say 0 where Kochava does not tell. */
export function dateOf(value: unknown): Date | undefined {
  const seconds = numberOf(value) ?? 0;
  return seconds > 0 && seconds < 8.64e12 ? new Date(seconds * 1000) : undefined;
}

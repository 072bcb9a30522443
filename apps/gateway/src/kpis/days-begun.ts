import { Recent } from '../edge/recent.js';

const DAY_MS = 86_400_000;

const beginnings = new Recent<number>();

/** Has a day, YYYY-MM-DD, begun where clocks show `utcOffset`? What is no day has. */
export const hasBegun = (day: string, utcOffset: string): boolean => !(beginningOf(day, utcOffset) > Date.now());

function beginningOf(day: string, utcOffset: string): number {
  const text = `${day}T00:00:00${utcOffset}`;
  return beginnings.get(text, () => Date.parse(text));
}

/** What to say of an answer with days that have not begun; `vendor` is asked about them all the same. */
export function warningOfDaysAhead(
  { to, utcOffset }: { readonly to: string; readonly utcOffset: string },
  vendor: string,
): string | undefined {
  if (hasBegun(to, utcOffset)) return undefined;
  const ahead = Math.floor((beginningOf(to, utcOffset) - Date.now()) / DAY_MS);
  const first = new Date(Date.parse(to) - ahead * DAY_MS).toISOString().slice(0, 10);
  const days = first === to ? `${to} has not begun` : `The days from ${first} to ${to} have not begun`;
  return `${days} at ${utcOffset}: ${vendor} was asked all the same, and can have no numbers of them yet.`;
}

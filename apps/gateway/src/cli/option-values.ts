import { InvalidArgumentError } from 'commander';
import { DateTime } from 'luxon';

/** `a,b` as a list. */
export const listed = (text: string): string[] => text.split(',').flatMap((part) => part.trim() || []);

/** Each time the option stands there. */
export const collected = (text: string, before: string[] = []): string[] => [...before, text];

export function whole(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** A day of UTC, or an instant with its zone. */
export function instant(text: string): Date {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(text);
  const hasZone = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/i.test(text);
  const time = DateTime.fromISO(text, { zone: 'utc' });
  if (!(isDay || hasZone) || !time.isValid) {
    throw new InvalidArgumentError('It must be a day, or an instant with its zone: 2026-01-31T13:00:00Z.');
  }
  return time.toJSDate();
}

/** The options that were given, without the others. */
export const given = <T extends object>(values: T): Partial<T> =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;

import { DateTime } from 'luxon';

/**
 * The start of an hour as an instant: `2026-01-31T13:00:00Z`. The vendor tells hours in the asked offset, with a blank
 * or a T, with seconds or without; one that carries a zone of its own is taken at its word.
 */
export function instantOfHour(vendorHour: string, utcOffset: string): string | null {
  const text = vendorHour.trim().replace(' ', 'T');
  const zone = utcOffset === '+00:00' ? 'utc' : `UTC${utcOffset}`;
  const hour = DateTime.fromISO(/^\d{4}-\d{2}-\d{2}T\d{2}$/.test(text) ? `${text}:00` : text, { zone });
  return hour.isValid ? hour.toUTC().toFormat("yyyy-MM-dd'T'HH:mm:ss'Z'") : null;
}

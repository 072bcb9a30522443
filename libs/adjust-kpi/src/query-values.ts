/** Shapes of single parameter values; each answers what is wrong with a value, or undefined. */

export function badDate(text: string): string | undefined {
  const [, year, month, day] = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? [];
  if (!year) return `${JSON.stringify(text)} is not a date as YYYY-MM-DD.`;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  const real = date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
  return real ? undefined : `${text} is no day of the calendar.`;
}

/** Longest token that is let through: a path of the vendor's has to hold it. */
const TOKEN = /^[a-z0-9]{1,64}$/;

export function badToken(text: string): string | undefined {
  return TOKEN.test(text) ? undefined : `${JSON.stringify(text)} is not a token: lower-case letters and digits.`;
}

export function badPartnerId(text: string): string | undefined {
  return /^[A-Za-z0-9_-]{1,64}$/.test(text) ? undefined : `${JSON.stringify(text)} is not a partner's id.`;
}

export function badRegion(text: string): string | undefined {
  return /^[+-]?[A-Za-z][A-Za-z _-]{0,63}$/.test(text)
    ? undefined
    : `${JSON.stringify(text)} is not a region's name, as EMEA, +EMEA or -EMEA.`;
}

const COUNTRY_NAMES = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });

export function badCountry(text: string): string | undefined {
  const known = /^[A-Za-z]{2}$/.test(text) && text.toUpperCase() !== 'ZZ' && COUNTRY_NAMES.of(text.toUpperCase());
  return known ? undefined : `${JSON.stringify(text)} is not a country's two letters of ISO 3166-1, as DE.`;
}

/** "OS Names" of the KPI Service document. */
export const ADJUST_OS_NAMES = [
  'android',
  'bada',
  'blackberry',
  'ios',
  'linux',
  'macos',
  'server',
  'symbian',
  'unknown',
  'webos',
  'windows',
  'windows-phone',
] as const;

/** "Device Types" of the KPI Service document. */
export const ADJUST_DEVICE_TYPES = [
  'bot',
  'console',
  'ipod',
  'mac',
  'pc',
  'phone',
  'server',
  'simulator',
  'tablet',
  'tv',
  'unknown',
] as const;

export function notOneOf(list: readonly string[]): (text: string) => string | undefined {
  return (text) => (list.includes(text) ? undefined : `${JSON.stringify(text)} is not one of ${list.join(', ')}.`);
}

const FIRST_OFFSET = -12 * 60;
const LAST_OFFSET = 14 * 60;

/** The offset as Adjust takes it, always with its sign; undefined: not one. */
export function utcOffset(text: string): string | undefined {
  const [, sign, hours, minutes] = /^([+-]?)(\d{2}):([0-5]\d)$/.exec(text) ?? [];
  if (hours === undefined) return undefined;
  const offset = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  return offset < FIRST_OFFSET || offset > LAST_OFFSET ? undefined : `${sign || '+'}${hours}:${minutes}`;
}

/** Section "Cohort Queries": 120 days, 52 weeks, no limit for months (here: three digits). */
const LAST_PERIOD = { day: 120, week: 52, month: 999 };

/** `30`, `0-30`, `0 - 30, 120` without its spaces; or what is wrong with it. */
export function cohortPeriods(text: string, period: 'day' | 'week' | 'month'): { sent: string } | { problem: string } {
  const parts = text.replace(/\s+/g, '').split(',');
  for (const part of parts) {
    const [, first, last] = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(part) ?? [];
    if (first === undefined) {
      return { problem: `${JSON.stringify(text)} is not of the form 30, 0-30 or 0-30,120.` };
    }
    if (last !== undefined && Number(last) < Number(first)) return { problem: `${part} is reversed.` };
    const limit = LAST_PERIOD[period];
    if (Number(last ?? first) > limit) return { problem: `${part} is past ${limit}, the last ${period} Adjust keeps.` };
  }
  return { sent: parts.join(',') };
}

import { parseDay } from '../world/calendar.js';
import { badRequest } from './refusal.js';

/** The query string as it arrived: the last of repeated keys, decoded. Unknown keys are ignored, as the vendor does. */
export class Parameters {
  private readonly values: URLSearchParams;

  constructor(queryString: string) {
    this.values = new URLSearchParams(queryString);
  }

  /** Trimmed; undefined where absent or empty, which are the same to the vendor. */
  text(...names: string[]): string | undefined {
    for (const name of names) {
      const value = this.values.getAll(name).at(-1)?.trim();
      if (value) return value;
    }
    return undefined;
  }

  /** Untrimmed: a `+` that the caller did not encode is a space here. */
  raw(name: string): string | undefined {
    return this.values.getAll(name).at(-1);
  }

  /** A comma-separated list; spaces after commas occur. */
  list(...names: string[]): string[] {
    const text = this.text(...names);
    return text === undefined ? [] : text.split(',').flatMap((item) => item.trim() || []);
  }

  /** A list in lower case whose items are checked. */
  checked(names: readonly string[], isValid: (item: string) => boolean): string[] {
    const items = this.list(...names).map((item) => item.toLowerCase());
    const wrong = items.find((item) => !isValid(item));
    if (wrong !== undefined) throw badRequest(`Invalid value '${wrong}' for ${names[0]}`);
    return items;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
    const text = this.text(name)?.toLowerCase();
    if (text === undefined) return fallback;
    const found = allowed.find((value) => value === text);
    if (found === undefined) throw badRequest(`Invalid ${name} '${text}', expected one of ${allowed.join(', ')}`);
    return found;
  }

  /** Midnight of a day, as UTC. */
  day(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const day = parseDay(text);
    if (day === undefined) throw badRequest(`Invalid ${name} '${text}', expected a date as YYYY-MM-DD`);
    return day;
  }
}

/** `[+-]HH:MM`, the plus optional. A raw `+` in a URL arrives as a space. `text` is the caller's, for the echo. */
export function readOffset(parameters: Parameters): { text: string; milliseconds: number } {
  if (parameters.text('utc_offset') === undefined) return { text: '00:00', milliseconds: 0 };
  const raw = (parameters.raw('utc_offset') ?? '').replace(/^ /, '+').trim();
  const parts = /^([+-]?)(\d{2}):(\d{2})$/.exec(raw);
  const minutes = parts ? Number(parts[2]) * 60 + Number(parts[3]) : NaN;
  if (!parts || Number(parts[3]) > 59 || minutes > 14 * 60) {
    throw badRequest(`Invalid utc_offset '${raw}', expected [+-]HH:MM`);
  }
  return { text: raw, milliseconds: (parts[1] === '-' ? -minutes : minutes) * 60_000 };
}

const RESERVED_REGIONS = ['eu', 'ez', 'un', 'zz', 'qo'];
const regionNames = new Intl.DisplayNames('en', { type: 'region', fallback: 'none' });

/** Whether this is a two-letter ISO 3166-1 code of today, in lower case: `gb`, not `uk`. */
export function isCountry(code: string): boolean {
  if (!/^[a-z]{2}$/.test(code) || RESERVED_REGIONS.includes(code)) return false;
  const region = code.toUpperCase();
  return Intl.getCanonicalLocales(`und-${region}`)[0] === `und-${region}` && regionNames.of(region) !== undefined;
}

export const OS_NAMES: readonly string[] =
  'android bada blackberry ios linux macos server symbian unknown webos windows windows-phone'.split(' ');
export const DEVICE_TYPES: readonly string[] = 'bot console ipod mac pc phone server simulator tablet tv unknown'.split(
  ' ',
);

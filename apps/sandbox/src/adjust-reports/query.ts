import { invalid, missing } from './refusal.js';

/** A list as one line of CSV: bare values and quoted ones, whose quotes protect commas (FACTS §3.2). */
export function readList(name: string, text: string): string[] {
  const items: string[] = [];
  const item = /\s*(?:"((?:[^"]|"")*)"\s*|([^\s",][^",]*|))(,|$)/y;
  for (let ended = false; !ended;) {
    const found = item.exec(text);
    if (!found) throw invalid(name, `not a comma separated list: ${text}`);
    const value = found[1]?.replaceAll('""', '"') ?? found[2]?.trim() ?? '';
    if (value !== '') items.push(value);
    ended = found[3] === '';
  }
  return items;
}

/** The query string, decoded; the last of repeated keys. */
export class ReportQuery {
  private readonly values: URLSearchParams;

  constructor(queryString: string) {
    this.values = new URLSearchParams(queryString);
  }

  get names(): string[] {
    return [...new Set(this.values.keys())];
  }

  /** Trimmed; undefined where absent or empty. */
  text(name: string): string | undefined {
    return this.values.getAll(name).at(-1)?.trim() || undefined;
  }

  list(name: string): string[] | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : readList(name, text);
  }

  demandedList(name: string): string[] {
    const items = this.list(name);
    if (!items || items.length === 0) throw missing(name);
    return items;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[], fallback: T): T {
    const text = this.text(name)?.toLowerCase();
    if (text === undefined) return fallback;
    const found = allowed.find((value) => value.toLowerCase() === text);
    if (found === undefined)
      throw invalid(name, `value is not a valid enumeration member; permitted: ${allowed.join(', ')}`);
    return found;
  }

  listOf<T extends string>(name: string, allowed: readonly T[]): T[] | undefined {
    return this.list(name)?.map((item) => {
      const found = allowed.find((value) => value.toLowerCase() === item.toLowerCase());
      if (found === undefined) throw invalid(name, `'${item}' is not permitted; permitted: ${allowed.join(', ')}`);
      return found;
    });
  }

  flag(name: string, fallback: boolean): boolean {
    const text = this.oneOf(name, ['true', 'false', '1', '0'], fallback ? 'true' : 'false');
    return text === 'true' || text === '1';
  }

  whole(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    if (!/^[1-9]\d{0,8}$/.test(text)) throw invalid(name, 'value is not a positive integer');
    return Number(text);
  }

  /** Milliseconds of `[+-]HH:MM`. A plus that the caller did not encode arrives as a space. */
  offset(): number {
    const raw = this.values.getAll('utc_offset').at(-1)?.replace(/^ /, '+').trim();
    if (!raw || raw === '0') return 0;
    const parts = /^([+-]?)(\d{2}):(\d{2})$/.exec(raw);
    const minutes = parts ? Number(parts[2]) * 60 + Number(parts[3]) : NaN;
    if (!parts || Number(parts[3]) > 59 || minutes > 14 * 60) throw invalid('utc_offset', 'expected [+-]HH:MM');
    return (parts[1] === '-' ? -minutes : minutes) * 60_000;
  }
}

import { ReportingRefusal } from './refusal.js';

const isEmpty = (value: unknown): boolean =>
  value === null || value === undefined || (typeof value === 'string' && value.trim() === '');

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : isEmpty(value) ? [] : [value])
    .filter((item) => !isEmpty(item))
    .map((item) => String(item).trim());

/** Other names of a field: the tables of the document spell some unlike its samples. */
const ALIASES: Record<string, readonly string[]> = {
  columns_order: ['column_order'],
  run_on: ['runon'],
  previous_time: ['previoustime'],
};

/**
 * A request as the servers take it: names without regard to case, values trimmed, and `""` and null as if missing, because
 * clients send every field they know.
 */
export class ReportingBody {
  private readonly fields = new Map<string, unknown>();

  constructor(readonly sent: Record<string, unknown>) {
    for (const [name, value] of Object.entries(sent)) if (!isEmpty(value)) this.fields.set(name.toLowerCase(), value);
  }

  /** Whatever was sent, with no Content-Type or any; nothing is an empty request. */
  static parse(text: string): ReportingBody {
    if (text.trim() === '') return new ReportingBody({});
    let value: unknown;
    try {
      value = JSON.parse(text);
    } catch {
      throw new ReportingRefusal('Error request parameters: invalid JSON.');
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw new ReportingRefusal('Error request parameters: a JSON object is expected.');
    }
    return new ReportingBody(value as Record<string, unknown>);
  }

  value(name: string): unknown {
    return [name, ...(ALIASES[name] ?? [])].map((field) => this.fields.get(field)).find((value) => value !== undefined);
  }

  text(name: string): string | undefined {
    const value = this.value(name);
    return value === undefined ? undefined : String(value).trim();
  }

  list(name: string): string[] {
    return texts(this.value(name));
  }

  /** A whole number; NaN for what is none. */
  number(name: string): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    return /^-?\d{1,12}$/.test(text) ? Number(text) : NaN;
  }

  /** `traffic_filtering`: an object of lists, or an array of such objects. */
  filters(): Map<string, string[]> {
    const value = this.value('traffic_filtering');
    const objects = (Array.isArray(value) ? value : [value]).filter(
      (item): item is object => typeof item === 'object' && item !== null,
    );
    const filters = objects
      .flatMap((object) => Object.entries(object))
      .map(([name, of]) => [name.toLowerCase(), texts(of)] as const);
    return new Map(filters.filter(([, values]) => values.length > 0).map(([name, values]) => [name, values]));
  }

  /** What `report_request` repeats: the caller's own body, without what belongs to another call. */
  echo(): Record<string, unknown> {
    return Object.fromEntries(
      Object.entries(this.sent).filter(([name]) => !['token', 'report'].includes(name.toLowerCase())),
    );
  }
}

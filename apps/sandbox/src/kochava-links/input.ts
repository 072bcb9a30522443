import { LinksRefusal } from './refusal.js';

export type Body = Record<string, unknown>;

export const isObject = (value: unknown): value is Body =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A JSON object, whatever content type it came with; an empty body is an empty object. */
export function readBody(raw: unknown): Body {
  const text = String(raw ?? '').trim();
  if (text === '') return {};
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new LinksRefusal(400, 'The request body is not valid JSON');
  }
  if (!isObject(body)) throw new LinksRefusal(400, 'The request body must be an object');
  return body;
}

/** An id in a path. */
export function whole(text: unknown, what: string): number {
  if (typeof text !== 'string' || !/^\d{1,15}$/.test(text)) throw new LinksRefusal(404, `${what} not found`);
  return Number(text);
}

/** A text with something in it. */
export function textIn(body: Body, field: string): string {
  const value = body[field];
  if (typeof value !== 'string' || value.trim() === '') throw new LinksRefusal(400, `${field} must be a string`);
  return value;
}

/** Decoded leniently: the document's own sample is no valid UTF-8. */
export function queryOf(url: string): Map<string, string> {
  const text = url.includes('?') ? url.slice(url.indexOf('?') + 1) : '';
  const decode = (part: string): string => {
    const spaced = part.replaceAll('+', ' ');
    try {
      return decodeURIComponent(spaced);
    } catch {
      return spaced;
    }
  };
  const pairs = text.split('&').filter(Boolean);
  return new Map(
    pairs.map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? [decode(pair), ''] : [decode(pair.slice(0, at)), decode(pair.slice(at + 1))];
    }),
  );
}

/** `true`, `1` or the bare name; undefined where it is not there. */
export function flag(query: Map<string, string>, ...names: string[]): boolean | undefined {
  const value = names.map((name) => query.get(name)).find((found) => found !== undefined);
  return value === undefined ? undefined : value === '' || value === '1' || value.toLowerCase() === 'true';
}

/** Whole numbers of a list, whatever parts them: `30000%C30001` is a sample of the document. */
export function numbersIn(value: string): number[] {
  const readable = value.replace(/%[0-9a-f]{2}/gi, (escape) => (escape.toLowerCase() === '%c3' ? ',' : ' '));
  return readable.split(/\D+/).filter(Boolean).map(Number);
}

export function pageOf<T>(query: Map<string, string>, list: readonly T[]): T[] {
  const number = (name: string, otherwise: number): number => {
    const text = query.get(name);
    if (text === undefined) return otherwise;
    if (!/^[1-9]\d{0,5}$/.test(text)) throw new LinksRefusal(400, `${name} must be a positive number`);
    return Number(text);
  };
  const [page, size] = [number('page', 1), number('page_size', 25)];
  return list.slice((page - 1) * size, page * size);
}

/** Sorts by `sort=field_direction`; the direction may be left out. */
export function sorted<T extends { id: number }>(
  query: Map<string, string>,
  list: readonly T[],
  fields: Record<string, (item: T) => string | number>,
): T[] {
  const [, field = '', direction = 'asc'] = /^(.+?)(?:_(asc|desc))?$/.exec(query.get('sort') || 'created_asc') ?? [];
  const by = fields[field];
  if (!by) throw new LinksRefusal(400, `sort must be one of ${Object.keys(fields).join(', ')} with _asc or _desc`);
  const sign = direction === 'desc' ? -1 : 1;
  return [...list].sort((a, b) => {
    const [left, right] = [by(a), by(b)];
    return (left < right ? -sign : left > right ? sign : 0) || sign * (a.id - b.id);
  });
}

import { LosslessNumber, isLosslessNumber, parse, stringify } from 'lossless-json';

/** `{...}` of JSON, its numbers lossless: plain where a float holds them, with all their digits otherwise. */
export type JsonObject = Record<string, unknown>;
export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !isLosslessNumber(value);

/** A number that a float holds stays one; any other keeps its digits. */
const exact = (digits: string): number | LosslessNumber => {
  const number = Number(digits);
  return String(number) === digits ? number : new LosslessNumber(digits);
};

/** JSON without a lost digit; of a key that stands twice, the last. Throws where the text is none. */
export const parseJson = (text: string): unknown =>
  parse(text.replace(/^\uFEFF/, ''), undefined, { parseNumber: exact, onDuplicateKey: ({ newValue }) => newValue });

/** The text of what `parseJson` has read, digit by digit. */
export const writeJson = (value: unknown): string => stringify(value) ?? 'null';

/** An id as a JSON number, whatever its length. */
export const idNumber = (id: string): LosslessNumber => new LosslessNumber(id);

/** An id that came as a number or in quotes; undefined for anything else. */
export function idOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  const text = isLosslessNumber(value) ? value.toString() : value;
  return typeof text === 'string' && /^-?\d+$/.test(text) ? text : undefined;
}

/** A text, or a number's digits. */
export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' || isLosslessNumber(value) ? String(value) : undefined;

/** JSON of the usual kind. An integer past 2^53 becomes its text: a float would change it. */
export function plain(value: unknown): unknown {
  if (isLosslessNumber(value)) {
    const number = Number(value.toString());
    return Number.isSafeInteger(number) || !Number.isInteger(number) ? number : value.toString();
  }
  if (Array.isArray(value)) return value.map(plain);
  if (isObject(value)) return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
  return value;
}

/** A copy that shares nothing but the immutable numbers. */
export function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => copy(item)) as T;
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)])) as T;
}

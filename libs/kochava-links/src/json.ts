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

/** JSON without a lost digit. Throws where the text is none. */
export const parseJson = (text: string): unknown =>
  parse(text.replace(/^\uFEFF/, ''), undefined, { parseNumber: exact, onDuplicateKey: ({ newValue }) => newValue });

export const writeJson = (value: unknown): string => stringify(value) ?? 'null';

/** A copy that shares nothing but the immutable numbers. */
export function copy<T>(value: T): T {
  if (Array.isArray(value)) return value.map((item: unknown) => copy(item)) as T;
  if (!isObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copy(inner)])) as T;
}

/** An id as the JSON number that the vendor takes, whatever its length. */
export const idNumber = (id: string): LosslessNumber => new LosslessNumber(id);

/** An id that came as a number or in quotes; undefined for anything else. */
export function idOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  const text = isLosslessNumber(value) ? value.toString() : value;
  return typeof text === 'string' && /^-?\d+$/.test(text) ? text : undefined;
}

export const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : typeof value === 'number' || isLosslessNumber(value) ? String(value) : undefined;

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

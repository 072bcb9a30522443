import { isObject, parseJson, textOf } from '#libs/upstream-http';
import { flagOf } from './values.js';

/** What every answer of the Postbacks API stands in: section "Success 200" of each call. */
export interface Envelope {
  success: boolean;
  data: unknown;
  errors: string[];
  warnings: string[];
  messages: string[];
  nextToken?: string;
}

const sentence = (value: unknown): string => {
  const words = isObject(value)
    ? (textOf(value.message) ?? textOf(value.detail) ?? textOf(value.error))
    : textOf(value);
  return (words ?? JSON.stringify(value) ?? '').trim();
};

/** A list of sentences; a single one, or an object of lists, is taken for what it means. */
function sentences(value: unknown): string[] {
  if (value === undefined || value === null || value === false) return [];
  const list = Array.isArray(value)
    ? value
    : isObject(value) && !('message' in value)
      ? Object.values(value).flat()
      : [value];
  return list.map(sentence).filter(Boolean);
}

/** The envelope of an answer; undefined where the body is something else. */
export function readEnvelope(body: Buffer): Envelope | undefined {
  let document: unknown;
  try {
    document = parseJson(body.toString('utf8'));
  } catch {
    return undefined;
  }
  if (!isObject(document)) return undefined;
  const errors = sentences(document.errors ?? document.error);
  if (!('success' in document) && !('data' in document) && errors.length === 0) return undefined;
  const nextToken = textOf(document.nextToken);
  return {
    // Left out, it is what the rest says.
    success: 'success' in document ? flagOf(document.success) : 'data' in document && errors.length === 0,
    data: document.data,
    errors,
    warnings: sentences(document.warnings),
    messages: sentences(document.messages),
    ...(nextToken && { nextToken }),
  };
}

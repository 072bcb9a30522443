import { decodeJson } from '#libs/upstream-http';
import type { UpstreamAnswer } from '#libs/upstream-http';

/** A string, which is passed over, or a number. */
const TOKENS = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const LONG_INTEGER = /^-?\d{16,}$/;

/**
 * JSON text in which integers that a float would round stand in quotes. Report tokens are 64-bit integers, and one server
 * or another writes them as numbers.
 */
export function quoteLongIntegers(json: string): string {
  if (!/[[:,]\s*-?\d{16}/.test(json)) return json;
  return json.replace(TOKENS, (token) => (LONG_INTEGER.test(token) ? `"${token}"` : token));
}

/** The body as JSON, long integers as strings. Throws UpstreamError `malformed` for anything else. */
export function decodeLossless(answer: UpstreamAnswer, call: { vendor: string; operation: string }): unknown {
  const text = answer.body.toString('utf8');
  const quoted = quoteLongIntegers(text);
  return decodeJson(quoted === text ? answer : { ...answer, body: Buffer.from(quoted) }, call);
}

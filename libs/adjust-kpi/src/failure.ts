import { redact, UpstreamError } from '#libs/upstream-http';
import type { Refusal, UpstreamAnswer } from '#libs/upstream-http';
import { AdjustSaysNo, Unreadable } from './unreadable.js';

export const VENDOR = 'adjust';

const MOST_WORDS = 500;
/** A refusal with status 200 is a sentence; no need to look into an answer that has rows. */
const MOST_REFUSAL_BYTES = 8192;
const BRACE = 0x7b;
const ERROR = Buffer.from('"error"');
const RESULT_SET = Buffer.from('"result_set"');

function errorOf(body: Buffer): string | undefined {
  try {
    const { error } = JSON.parse(body.toString('utf8')) as { error?: unknown };
    return typeof error === 'string' ? error : error == null ? undefined : JSON.stringify(error);
  } catch {
    return undefined;
  }
}

/** The vendor's own words: `{"error": "..."}`, or whatever short text came that is no page. */
function words(answer: UpstreamAnswer): string | undefined {
  const text = errorOf(answer.body) ?? (answer.body.length <= MOST_WORDS ? answer.body.toString('utf8').trim() : '');
  return text && !text.startsWith('<') ? text.slice(0, MOST_WORDS) : undefined;
}

/**
 * Is this answer of the KPI Service a no? The document (section "Query Parameters") promises descriptive 400s; Adjust's
 * older pages name 401, 403, 404 and 499. Where a proxy says no in HTML, the words are ours. A 200 that is no JSON
 * object is no refusal: throws UpstreamError `malformed`, so that it counts as trouble too.
 */
export function adjustRefusal(answer: UpstreamAnswer): Refusal | undefined {
  const { status, body } = answer;
  if (status >= 200 && status < 300) {
    if (body[0] !== BRACE && !/^\s*\{/.test(body.toString('latin1', 0, 64))) throw notJson(answer);
    const candidate = body.length <= MOST_REFUSAL_BYTES && !body.includes(RESULT_SET) && body.includes(ERROR);
    const message = candidate ? errorOf(body) : undefined;
    return message === undefined ? undefined : { failure: 'rejected', message };
  }
  const message = words(answer);
  if (status === 400) return { failure: 'rejected', message: message ?? 'Adjust refused the parameters.' };
  if (status === 401) return { failure: 'credential', message: message ?? 'Adjust does not accept the user token.' };
  if (status === 403) {
    return { failure: 'forbidden', message: message ?? 'The user token may not see this app, KPI or period.' };
  }
  if (status === 404) return { failure: 'not-found', message: message ?? 'Adjust knows no such app or tracker.' };
  if (status === 429) {
    return { failure: 'rate-limited', message: message ?? 'Adjust takes no more requests now.', trouble: true };
  }
  // 408 and 499: a proxy of the vendor's gave up on its own side, although nobody here hung up.
  if (status === 408 || status >= 499)
    return { failure: 'unavailable', message: message ?? 'Adjust is in trouble.', trouble: true };
  if (status >= 400) return { failure: 'rejected', message: message ?? `Adjust answered with status ${status}.` };
  return undefined;
}

function notJson({ status, headers, body }: UpstreamAnswer): UpstreamError {
  const type = /^[\w.+-]+\/[\w.+-]+/.exec(headers['content-type'] ?? '')?.[0] ?? 'no content type';
  const message = `Adjust's answer can't be used: it is not JSON (${type}, ${body.length} bytes).`;
  return new UpstreamError('malformed', message, { vendor: VENDOR, operation: 'answer', sent: true, status });
}

/** What a reader of answers threw, for the world; other errors as they are. `secret` is kept out of Adjust's words. */
export function toUpstreamError(error: unknown, operation: string, status: number, secret?: string): unknown {
  const details = { vendor: VENDOR, operation, sent: true, status };
  if (error instanceof Unreadable) {
    return new UpstreamError(error.failure, `Adjust's answer can't be used: ${error.message}.`, details);
  }
  if (error instanceof AdjustSaysNo) {
    return new UpstreamError('rejected', redact(error.message, secret ? [secret] : []).slice(0, MOST_WORDS), details);
  }
  return error;
}

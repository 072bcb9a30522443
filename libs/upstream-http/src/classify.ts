import type { Refusal, UpstreamAnswer, UpstreamCall } from './call.js';
import { Failed } from './failed.js';
import { parseRetryAfter } from './retry.js';
import { UpstreamError } from './upstream-error.js';

const BY_STATUS: Record<number, Refusal['failure']> = {
  401: 'credential',
  403: 'forbidden',
  404: 'not-found',
  408: 'unavailable',
  409: 'conflict',
  429: 'rate-limited',
};

/** What an answer's status means where the client has no view of its own. */
const failureOf = (status: number): Refusal['failure'] =>
  BY_STATUS[status] ?? (status >= 500 ? 'unavailable' : 'rejected');

/** The vendor's own words in an error body: plain text, or the `error` or `message` of JSON. Never a page of HTML. */
function vendorWords(answer: UpstreamAnswer): string | undefined {
  const text = answer.body.subarray(0, 16_384).toString('utf8').trim();
  if (!text || text.startsWith('<') || answer.headers['content-type']?.includes('html')) return undefined;
  if (!text.startsWith('{')) return text;
  try {
    const body = JSON.parse(text) as Record<string, unknown>;
    return [body.error, body.message, (body.error as { message?: unknown } | null | undefined)?.message].find(
      (words): words is string => typeof words === 'string' && words !== '',
    );
  } catch {
    return undefined;
  }
}

/** Undefined for an answer that is neither a refusal by the client's view nor, by default, an error status. */
export function classify(answer: UpstreamAnswer, call: UpstreamCall): Failed | undefined {
  const { status, headers } = answer;
  let refusal: Refusal | undefined;
  try {
    refusal = call.refusal(answer);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return new Failed(error.failure, error.message, { status, retryAfterSeconds: error.retryAfterSeconds });
  }
  if (!refusal && status >= 400) {
    const message = vendorWords(answer) ?? `${call.vendor} ${call.operation} answered ${status}.`;
    refusal = { failure: failureOf(status), message };
  }
  if (!refusal) return undefined;
  return new Failed(refusal.failure, refusal.message, {
    status,
    trouble: refusal.trouble ?? (refusal.failure === 'rate-limited' || refusal.failure === 'unavailable'),
    retryAfterSeconds: parseRetryAfter(headers['retry-after'], Date.now()),
  });
}

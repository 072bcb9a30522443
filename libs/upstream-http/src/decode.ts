import type { UpstreamAnswer } from './call.js';
import { UpstreamError } from './upstream-error.js';

/** A header of the vendor's, fit for an error message. */
const contentTypeOf = (answer: UpstreamAnswer): string =>
  /^[\w.+-]+\/[\w.+-]+/.exec(answer.headers['content-type'] ?? '')?.[0].slice(0, 60) ?? 'no content type';

/**
 * The body as JSON. Throws UpstreamError `malformed` for an HTML page or broken JSON; its message says what came, by
 * content type and length, never the body.
 */
export function decodeJson(answer: UpstreamAnswer, call: { vendor: string; operation: string }): unknown {
  try {
    return JSON.parse(answer.body.toString('utf8'));
  } catch {
    const came = `${contentTypeOf(answer)}, ${answer.body.length} bytes`;
    throw new UpstreamError('malformed', `${call.vendor} ${call.operation}: expected JSON, got ${came}.`, {
      vendor: call.vendor,
      operation: call.operation,
      sent: true,
      status: answer.status,
    });
  }
}

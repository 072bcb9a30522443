import type { Attempt } from './attempt.js';

const NOT_WRITABLE: ReadonlySet<string> = new Set(['UND_ERR_INVALID_ARG', 'UND_ERR_NOT_SUPPORTED']);
const HEADERS_TOO_LARGE: ReadonlySet<string> = new Set(['HPE_HEADER_OVERFLOW', 'UND_ERR_HEADERS_OVERFLOW']);
const PARSING = 'HTTPParserError';

/** The request can't be put in the words of HTTP. */
export const failUnwritable = (attempt: Attempt): void =>
  void attempt.fail('blocked', 'Not sent: the path or a header holds characters that HTTP does not allow.');

/**
 * What an error of node:http or undici means; of the error itself only its code is kept, never a text that may hold an
 * address.
 */
export function failCarrying(attempt: Attempt, error: NodeJS.ErrnoException): void {
  // undici's errors of parsing have no code.
  const code = error.code ?? (error.name === PARSING ? PARSING : 'no code');
  if (attempt.status !== undefined) attempt.fail('truncated', `The answer broke off in its body (${code}).`);
  else if (NOT_WRITABLE.has(code)) failUnwritable(attempt);
  else if (HEADERS_TOO_LARGE.has(code)) attempt.fail('too-large', 'The headers of the answer are too large.');
  else if (code === PARSING || code.startsWith('HPE_'))
    attempt.fail('malformed', `What came back is not HTTP (${code}).`);
  else
    attempt.fail('connection', `${attempt.sent ? 'The connection broke' : 'No connection could be made'} (${code}).`);
}

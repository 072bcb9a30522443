import type { Refusal, UpstreamAnswer } from '#libs/upstream-http';
import type { Envelope } from './envelope.js';

const MOST_WORDS = 500;

const DEFAULT_WORDS: Record<Refusal['failure'], string> = {
  credential: 'Kochava does not accept the Authentication Key.',
  forbidden: 'The Authentication Key may not use this app.',
  'not-found': 'Kochava knows no such app or postback.',
  conflict: 'Kochava has such a postback already.',
  rejected: 'Kochava refused the request.',
  'rate-limited': 'Kochava takes no more requests now.',
  unavailable: 'Kochava is in trouble.',
};

/** By the sentences of the document's tables "HTTP Status Codes" and "Required Behavior and Errors". */
function byWords(words: string): Refusal['failure'] {
  if (/\bduplicate\b|already exists/i.test(words)) return 'conflict';
  if (/authentication.?key.*\binvalid\b|\binvalid\b.*authentication.?key/i.test(words)) return 'credential';
  if (/not authorized/i.test(words)) return 'forbidden';
  if (/(?:resource|entity).*not found/i.test(words)) return 'not-found';
  return 'rejected';
}

function byStatus(status: number, words: string): Refusal['failure'] {
  if (status === 401) return 'credential';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  if (status === 409) return 'conflict';
  if (status === 429) return 'rate-limited';
  // 501 is said of a method that does not exist; it will not exist a moment later.
  if (status === 408 || (status >= 500 && status !== 501)) return 'unavailable';
  // "May return HTTP 400 with message like 'Duplicate install post-back' even for non-install types."
  return byWords(words) === 'conflict' ? 'conflict' : 'rejected';
}

function words(answer: UpstreamAnswer, envelope: Envelope | undefined): string {
  const said =
    envelope && (envelope.errors.length > 0 ? envelope.errors : [...envelope.warnings, ...envelope.messages]);
  if (said && said.length > 0) return said.join(' ').slice(0, MOST_WORDS);
  const text = answer.body.length <= MOST_WORDS ? answer.body.toString('utf8').trim() : '';
  return /^[<{[]/.test(text) ? '' : text;
}

/**
 * Is this answer a no? Kochava says it with the status, tables "HTTP Status Codes", or with `success: false` inside a
 * 200.
 */
export function postbacksRefusal(answer: UpstreamAnswer, envelope: Envelope | undefined): Refusal | undefined {
  const { status } = answer;
  if (status < 400 && (envelope === undefined || envelope.success)) return undefined;
  const said = words(answer, envelope);
  const failure = status < 400 ? byWords(said) : byStatus(status, said);
  return { failure, message: said || DEFAULT_WORDS[failure] };
}

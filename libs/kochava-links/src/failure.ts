import { isObject, type Refusal, type UpstreamAnswer } from '#libs/upstream-http';
import { numberOf, wordsOf } from './values.js';

const MOST_WORDS = 500;

const DEFAULT_WORDS: Record<Refusal['failure'], string> = {
  credential: 'Kochava does not accept the Authentication Key.',
  forbidden: 'The Authentication Key may not use this.',
  'not-found': 'Kochava knows no such thing.',
  conflict: 'Kochava says that this collides with what is there.',
  rejected: 'Kochava refused the request.',
  'rate-limited': 'Kochava takes no more requests now.',
  unavailable: 'Kochava is in trouble.',
};

/** Bodies of refusals are documented nowhere: every form that Kochava's other APIs use is read. */
function sentences(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(sentences);
  if (isObject(value)) return Object.values(value).flatMap(sentences);
  const words = wordsOf(value);
  return words === undefined ? [] : [words];
}

function wordsIn(answer: UpstreamAnswer, document: unknown): string {
  if (isObject(document)) {
    const { errors, error, message, messages, data } = document;
    const said = [errors, error, message, messages, typeof data === 'string' ? data : undefined].flatMap(sentences);
    return [...new Set(said)].join(' ').slice(0, MOST_WORDS);
  }
  if (typeof document === 'string') return document.slice(0, MOST_WORDS);
  const text = answer.body.length <= MOST_WORDS ? answer.body.toString('utf8').trim() : '';
  return document !== undefined || /^[<{[]/.test(text) ? '' : text;
}

/** The document's rules that need to know what else there is: names, apps and platforms once, nothing after archiving. */
const COLLIDES =
  /already|duplicate|\btaken\b|\bin use\b|\bunique\b|another (?:app )?group|active smart ?links?|archived/i;

function failureOf(status: number, words: string): Refusal['failure'] {
  if (status === 401) return 'credential';
  if (status === 403) return 'forbidden';
  if (status === 404) return 'not-found';
  if (status === 409) return 'conflict';
  if (status === 429) return 'rate-limited';
  if (status === 408 || (status >= 500 && status !== 501)) return 'unavailable';
  return COLLIDES.test(words) ? 'conflict' : 'rejected';
}

/** Is this answer a no? By its status, by the `status` of its envelope, or by errors where there is no data. */
export function linksRefusal(answer: UpstreamAnswer, document: unknown): Refusal | undefined {
  const told = isObject(document) && !('id' in document) ? numberOf(document.status) : undefined;
  const status = answer.status >= 400 ? answer.status : (told ?? answer.status);
  const hasErrors =
    isObject(document) &&
    (document.data === undefined || document.data === null) &&
    (sentences(document.errors).length > 0 || sentences(document.error).length > 0 || document.success === false);
  if (status < 400 && !hasErrors) return undefined;
  const words = wordsIn(answer, document);
  const failure = failureOf(Math.max(status, 400), words);
  return { failure, message: words || DEFAULT_WORDS[failure] };
}

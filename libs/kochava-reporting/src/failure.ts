import type { Refusal, UpstreamAnswer, UpstreamError } from '#libs/upstream-http';
import { decodeLossless } from './lossless-json.js';
import type { ReportFailure } from './types.js';

export const VENDOR = 'kochava-reporting';

export type WireObject = Record<string, unknown>;
export const isObject = (value: unknown): value is WireObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const MOST_WORDS = 500;

/**
 * Kochava's sentences, of the document's error examples, the call structure page and a production log; each by what it has
 * in it, as their wording differs from version to version.
 */
const SENTENCES: readonly (readonly [RegExp, Refusal['failure']])[] = [
  [/internal error|error uploading/i, 'unavailable'],
  [/api[ _]?key\b.*\binvalid|invalid\b.*\bapi[ _]?key|app & api key/i, 'credential'],
  [
    /app does not exist|\btoken\b.*\b(not found|does not exist|unknown|invalid)|\b(unknown|invalid|no such)\b.*\btoken\b/i,
    'not-found',
  ],
  [/not in a state/i, 'conflict'],
];

/** What becomes of a report that ended in one of these: section "Obtaining a Report Status". */
const REPORT_ENDS: readonly RegExp[] = [
  /^internal error/i,
  /^notification failed/i,
  /^cardinality for timeframe exceeded/i,
  /^error uploading to s3/i,
  /^row limit exceeded/i,
];

const failureOf = (words: string): Refusal['failure'] =>
  SENTENCES.find(([sentence]) => sentence.test(words))?.[1] ?? 'rejected';

/** `Error` with `error`, or `error` with `status_detail`; some answers have all three. */
export function errorWords(value: WireObject): string | undefined {
  if (typeof value.status !== 'string' || value.status.trim().toLowerCase() !== 'error') return undefined;
  for (const words of [value.error, value.status_detail, value.message]) {
    if (typeof words === 'string' && words.trim() !== '') return words.trim().slice(0, MOST_WORDS);
  }
  return '';
}

/** Does `status: error` tell how a report ended, rather than that this call was refused? */
export function tellsOfReport(value: WireObject, words: string): boolean {
  if (REPORT_ENDS.some((sentence) => sentence.test(words))) return true;
  return ['report_request', 'report_type', 'status_date', 'report_token'].some((field) => value[field] != null);
}

/** Why a report failed. Kochava says of these two that running it again may help, and of the rest that it will not. */
export const reportFailure = (words: string): ReportFailure => ({
  message: words || 'Kochava says that the report failed, and not why.',
  retryable: failureOf(words) === 'unavailable',
});

export const isNotificationFailure = (words: string | undefined): boolean =>
  words !== undefined && /^notification failed/i.test(words);

const refuse = (words: string, silent: Refusal): Refusal => {
  if (!words) return silent;
  return { failure: failureOf(words), message: words };
};

/**
 * Is this answer of the Reporting API a no? It comes with HTTP 200, in two spellings, on any endpoint; on the progress
 * endpoints (`aboutReport`) the same words may be news of a report. Throws UpstreamError `malformed` for what is no JSON.
 */
export function reportingRefusal(
  operation: string,
  aboutReport: boolean,
): (answer: UpstreamAnswer) => Refusal | undefined {
  const silent: Refusal = { failure: 'rejected', message: `Kochava refused ${operation}, and does not say why.` };
  // getapps takes an api_key and nothing else that could be wrong.
  const silentList: Refusal =
    operation === 'getapps' ? { failure: 'credential', message: 'Kochava does not accept the API key.' } : silent;
  return (answer) => {
    if (answer.status >= 400) return refusalWithStatus(answer, operation);
    const document = decodeLossless(answer, { vendor: VENDOR, operation });
    if (Array.isArray(document)) {
      const only: unknown = document.length === 1 ? document[0] : undefined;
      const words = isObject(only) ? errorWords(only) : undefined;
      if (words === undefined || !isObject(only) || (aboutReport && tellsOfReport(only, words))) return undefined;
      return refuse(words, silentList);
    }
    const words = isObject(document) ? errorWords(document) : undefined;
    if (words === undefined || !isObject(document) || (aboutReport && tellsOfReport(document, words))) return undefined;
    return refuse(words, silent);
  };
}

/** An error status may carry the same words. Without them, upstream-http knows what a status means. */
function refusalWithStatus(answer: UpstreamAnswer, operation: string): Refusal | undefined {
  let document: unknown;
  try {
    document = decodeLossless(answer, { vendor: VENDOR, operation });
  } catch {
    return undefined;
  }
  const words = isObject(document) ? errorWords(document) : undefined;
  if (!words || answer.status >= 500 || answer.status === 429) return undefined;
  return { failure: failureOf(words), message: words };
}

/**
 * After a create that failed this way: may the report or schedule be there all the same? Then it is looked for, and never
 * asked for again. Only Kochava's own no is certain: an error page may come from a proxy after the work was done.
 */
export function mayHaveBeenDone(error: UpstreamError): boolean {
  if (!error.sent) return false;
  if (error.kind !== 'refusal') return true;
  return (error.status ?? 0) >= 500 || error.status === 408;
}

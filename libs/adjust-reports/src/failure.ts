import { decodeJson, type Refusal, type UpstreamAnswer } from '#libs/upstream-http';

export const VENDOR = 'adjust-reports';

const MOST_WORDS = 500;

/** The vendor's own words: `error_desc` of its envelope (Report Service FACTS §8), or whatever short text came that is no page. */
function words({ body }: UpstreamAnswer): string | undefined {
  const text = descriptionIn(body) ?? (body.length <= MOST_WORDS ? body.toString('utf8').trim() : '');
  return text && !text.startsWith('<') ? text.slice(0, MOST_WORDS) : undefined;
}

function descriptionIn(body: Buffer): string | undefined {
  try {
    const { error_desc: described } = JSON.parse(body.toString('utf8')) as { error_desc?: unknown };
    return typeof described === 'string' ? described : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Is this answer of the Report Service a no? It says so by its status alone (FACTS §8). A page where JSON should be is
 * neither: throws UpstreamError `malformed`.
 */
export function reportsRefusal(answer: UpstreamAnswer): Refusal | undefined {
  const { status } = answer;
  if (status < 400) {
    decodeJson(answer, { vendor: VENDOR, operation: 'answer' });
    return undefined;
  }
  const message = words(answer);
  if (status === 401) return { failure: 'credential', message: message ?? 'Adjust does not accept the API token.' };
  if (status === 403) return { failure: 'forbidden', message: message ?? 'The API token may not see this.' };
  if (status === 404) return { failure: 'not-found', message: message ?? 'Adjust knows no such thing.' };
  if (status === 429) return { failure: 'rate-limited', message: message ?? 'Adjust takes no more requests now.' };
  if (status === 408 || status >= 499) {
    return { failure: 'unavailable', message: message ?? 'Adjust is in trouble.' };
  }
  return { failure: 'rejected', message: message ?? `Adjust answered with status ${status}.` };
}

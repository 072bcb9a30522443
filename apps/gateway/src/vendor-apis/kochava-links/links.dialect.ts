import { AUTHENTICATION_KEY, sentencesOf } from '../authentication-key.js';
import type { Dialect } from '../dialect.js';

/** Kochava's Links API, at /vendor/kochava-links. */
export const KOCHAVA_LINKS: Dialect = {
  ...AUTHENTICATION_KEY,
  provider: 'kochava-links',
  // FACTS §4: the envelope of answers, with sentences in the place of data.
  errorOf: (error, status) => ({ status, body: { status, is_agency: false, errors: sentencesOf(error) } }),
};

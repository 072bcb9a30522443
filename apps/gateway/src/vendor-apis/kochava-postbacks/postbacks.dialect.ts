import { AUTHENTICATION_KEY, sentencesOf } from '../authentication-key.js';
import type { Dialect } from '../dialect.js';

/** Kochava's Postbacks API, at /vendor/kochava. */
export const KOCHAVA_POSTBACKS: Dialect = {
  ...AUTHENTICATION_KEY,
  provider: 'kochava-postbacks',
  // S1:16-26: every answer stands in it.
  errorOf: (error, status) => ({
    status,
    body: {
      success: false,
      meta: null,
      nextToken: null,
      previousToken: null,
      errors: sentencesOf(error),
      warnings: [],
      messages: [],
      data: [],
    },
  }),
};

import { reportingRefusal } from '#libs/kochava-reporting';
import type { AskedCall, OutgoingCall } from '../asked-call.js';
import { jsonCall } from '../json-call.js';
import type { JsonFields } from '../json-fields.js';

/** What a request comes to: an answer that a room of ours gave, or a call that is passed on. */
export type Outcome = { done: object } | { call: AskedCall };

/** A call of the Reporting API, by its newest version. `aboutReport`: an error may be news of a report. */
export function post(endpoint: string, body: JsonFields, aboutReport = false): OutgoingCall {
  return {
    ...jsonCall('POST', `/v1.4/${endpoint}`, body),
    refusal: reportingRefusal(endpoint, aboutReport),
    rewrite: (answer) => answer,
  };
}

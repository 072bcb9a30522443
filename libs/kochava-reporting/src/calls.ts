import { UpstreamError, redact } from '#libs/upstream-http';
import type { UpstreamHttp, VendorCredential } from '#libs/upstream-http';
import { VENDOR, reportingRefusal } from './failure.js';
import { decodeLossless } from './lossless-json.js';
import type { RequestBody } from './request.js';
import type { CallOptions } from './types.js';

export interface KochavaReportingOptions {
  /** `https://reporting.api.kochava.com`, or where a stand-in listens. */
  baseUrl: string;
  /** Calls under way at once for one api_key; Kochava names no bound. Default 10. */
  maxConcurrent?: number;
}

export interface ReportingCall {
  /** Path under `/v1.4`, and the operation's name: `schedule/progress`. */
  endpoint: string;
  body: RequestBody;
  credential: VendorCredential;
  safeToRepeat: boolean;
  /** On the progress endpoints `status: error` may be news of the report rather than a refusal. */
  aboutReport?: boolean;
  /** Values in the body, beside the api_key, that must not show in an error. */
  secrets?: readonly string[];
}

/** One call of the Reporting API: JSON by POST, the `api_key` a field of it, to the answer's JSON. */
export class ReportingCalls {
  readonly #http: UpstreamHttp;
  readonly #options: KochavaReportingOptions;

  constructor(http: UpstreamHttp, options: KochavaReportingOptions) {
    this.#http = http;
    this.#options = options;
  }

  /** The decoded answer; integers that a float would round are strings in it. Throws UpstreamError. */
  async send(call: ReportingCall, options: CallOptions = {}): Promise<unknown> {
    const { endpoint, body, credential, safeToRepeat, secrets = [] } = call;
    try {
      const answer = await this.#http.send({
        vendor: VENDOR,
        operation: endpoint,
        method: 'POST',
        baseUrl: this.#options.baseUrl,
        path: `/v1.4/${endpoint}`,
        headers: HEADERS,
        credential,
        authorize: (secret) => ({ body: JSON.stringify({ api_key: secret, ...body }) }),
        safeToRepeat,
        refusal: reportingRefusal(endpoint, call.aboutReport ?? false),
        maxConcurrent: this.#options.maxConcurrent ?? 10,
        signal: options.signal,
        deadlineMs: options.deadlineMs,
      });
      return decodeLossless(answer, { vendor: VENDOR, operation: endpoint });
    } catch (error) {
      throw secrets.length > 0 && error instanceof UpstreamError ? withoutSecrets(error, secrets) : error;
    }
  }
}

const HEADERS = { 'content-type': 'application/json', accept: 'application/json' };

/** Kochava's words may repeat the keys of a bucket. */
function withoutSecrets(error: UpstreamError, secrets: readonly string[]): UpstreamError {
  return new UpstreamError(error.failure, redact(error.message, secrets), error);
}

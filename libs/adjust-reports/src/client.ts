import { UpstreamError } from '#libs/upstream-http';
import type { CallSignal, UpstreamHttp, VendorCredential } from '#libs/upstream-http';
import { reportsRefusal, VENDOR } from './failure.js';

export interface AdjustReportsClientOptions {
  /** `https://automate.adjust.com`, or where a stand-in listens. */
  baseUrl: string;
}

export interface AdjustReportsCallOptions {
  /** Aborted when nobody waits for the answer any more. */
  signal?: CallSignal;
  /** Milliseconds for the whole call, retries included. */
  deadlineMs?: number;
}

/** Adjust's Report Service, https://automate.adjust.com/reports-service. Every call is a read and safe to repeat. */
export class AdjustReportsClient {
  readonly #http: UpstreamHttp;
  readonly #baseUrl: string;

  constructor(http: UpstreamHttp, options: AdjustReportsClientOptions) {
    this.#http = http;
    this.#baseUrl = options.baseUrl;
  }

  /**
   * Does Adjust accept this API token? Asked by the smallest catalogue (Report Service FACTS §6): only 401 means no.
   * Without an answer that tells, throws UpstreamError.
   */
  async verify(
    credential: VendorCredential,
    options: AdjustReportsCallOptions = {},
  ): Promise<{ valid: boolean; message: string }> {
    try {
      await this.#http.send({
        vendor: VENDOR,
        operation: 'verify',
        method: 'GET',
        baseUrl: this.#baseUrl,
        path: '/reports-service/filters_data',
        query: [['required_filters', 'attribution_source']],
        headers: { accept: 'application/json' },
        credential,
        authorize: (secret) => ({ headers: { authorization: `Bearer ${secret}` } }),
        safeToRepeat: true,
        refusal: reportsRefusal,
        ...options,
      });
      return { valid: true, message: 'Adjust accepts the API token.' };
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      if (error.failure === 'credential') return { valid: false, message: error.message };
      if (error.kind !== 'refusal' || error.failure === 'rate-limited' || error.failure === 'unavailable') throw error;
      return { valid: true, message: `Adjust accepts the API token, and says: ${error.message}` };
    }
  }
}

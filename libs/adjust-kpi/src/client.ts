import { UpstreamError, decodeJson } from '#libs/upstream-http';
import type { UpstreamCall, UpstreamHttp, VendorCredential } from '#libs/upstream-http';
import { readAnswer } from './answer-reader.js';
import { adjustRefusal } from './failure.js';
import { encodeQuery } from './query.js';
import type { AdjustEndpoint, AdjustKpiAnswer, AdjustKpiQuery } from './types.js';
import { Unreadable } from './unreadable.js';

const VENDOR = 'adjust';

export interface AdjustKpiClientOptions {
  /** `https://api.adjust.com`, or where a stand-in listens. */
  baseUrl: string;
  /** Calls under way at once for one user token; Adjust answers 429 above 50. */
  maxConcurrent?: number;
}

export interface AdjustCallOptions {
  /** Aborted when nobody waits for the answer any more. */
  signal?: AbortSignal;
  /** Milliseconds for the whole call, retries included. */
  deadlineMs?: number;
}

/**
 * Adjust's KPI Service, https://api.adjust.com/kpis/v1. Every call is a read and safe to repeat. Throws
 * InvalidAdjustQuery before anything is sent, UpstreamError afterwards.
 */
export class AdjustKpiClient {
  readonly #http: UpstreamHttp;
  readonly #baseUrl: string;
  readonly #maxConcurrent: number;

  constructor(http: UpstreamHttp, options: AdjustKpiClientOptions) {
    this.#http = http;
    this.#baseUrl = options.baseUrl;
    this.#maxConcurrent = options.maxConcurrent ?? 50;
  }

  /**
   * A whole answer: "Overview Queries", "Event Queries" and "Cohort Queries" of the KPI Service document, with a
   * tracker or several apps where the query says so.
   */
  async query(
    endpoint: AdjustEndpoint,
    credential: VendorCredential,
    query: AdjustKpiQuery,
    options: AdjustCallOptions = {},
  ): Promise<AdjustKpiAnswer> {
    const request = encodeQuery(endpoint, query);
    const answer = await this.#http.send(this.#call(endpoint, credential, request, options));
    const document = decodeJson(answer, { vendor: VENDOR, operation: endpoint });
    try {
      return readAnswer(document, { query, grouping: request.grouping });
    } catch (error) {
      throw asUpstreamError(error, endpoint, answer.status);
    }
  }

  /**
   * Does Adjust accept this user token? Section "Authentication" ties it to a dashboard user: only 401 means no. An app
   * that it may not see, or a query that Adjust refuses, still shows an accepted token. Without an answer that tells,
   * throws UpstreamError.
   */
  async verify(
    credential: VendorCredential,
    appTokens: readonly string[],
    options: AdjustCallOptions = {},
  ): Promise<{ valid: boolean; message: string }> {
    const today = new Date().toISOString().slice(0, 10);
    const path = appTokens.length > 0 ? `/kpis/v1/${appTokens.map(encodeURIComponent).join(',')}` : '/kpis/v1';
    const query: [string, string][] = [
      ['start_date', today],
      ['end_date', today],
      ['kpis', 'installs'],
      ['grouping', 'apps'],
    ];
    try {
      await this.#http.send(this.#call('verify', credential, { path, query }, options));
      return { valid: true, message: 'Adjust accepts the user token.' };
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      if (error.failure === 'credential') return { valid: false, message: error.message };
      if (error.kind !== 'refusal' || error.failure === 'rate-limited' || error.failure === 'unavailable') throw error;
      return { valid: true, message: `Adjust accepts the user token, and says: ${error.message}` };
    }
  }

  #call(
    operation: string,
    credential: VendorCredential,
    request: { path: string; query: readonly (readonly [string, string])[] },
    options: AdjustCallOptions,
  ): UpstreamCall {
    return {
      vendor: VENDOR,
      operation,
      method: 'GET',
      baseUrl: this.#baseUrl,
      path: request.path,
      query: request.query,
      headers: ACCEPT,
      credential,
      authorize,
      safeToRepeat: true,
      refusal: adjustRefusal,
      maxConcurrent: this.#maxConcurrent,
      signal: options.signal,
      deadlineMs: options.deadlineMs,
    };
  }
}

const ACCEPT = { accept: 'application/json' };
/** Section "Authentication": a header rather than `user_token`, which would stand in every log on the way. */
const authorize = (secret: string) => ({ headers: { authorization: `Token token=${secret}` } });

function asUpstreamError(error: unknown, operation: string, status: number): unknown {
  if (!(error instanceof Unreadable)) return error;
  return new UpstreamError(error.failure, `Adjust's answer can't be used: ${error.message}.`, {
    vendor: VENDOR,
    operation,
    sent: true,
    status,
  });
}

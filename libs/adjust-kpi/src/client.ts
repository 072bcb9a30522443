import { UpstreamError } from '#libs/upstream-http';
import type { CallSignal, UpstreamCall, UpstreamHttp, VendorCredential } from '#libs/upstream-http';
import { readAnswer } from './answer-reader.js';
import { AskedQueries } from './asked-queries.js';
import { adjustRefusal, toUpstreamError, VENDOR } from './failure.js';
import { decode } from './json-cursor.js';
import { RowReader } from './row-reader.js';
import { openRows, tableOf, type AdjustKpiStream, type AdjustKpiTable } from './rows.js';
import type { AdjustEndpoint, AdjustKpiAnswer, AdjustKpiQuery } from './types.js';
import { AdjustSaysNo } from './unreadable.js';

/** Bytes of a streamed answer that may be held where its order forbids to read it as it comes. */
const MOST_BUFFERED = 64 * 1024 * 1024;

export interface AdjustKpiClientOptions {
  /** `https://api.adjust.com`, or where a stand-in listens. */
  baseUrl: string;
  /** Calls under way at once for one user token; Adjust answers 429 above 50. */
  maxConcurrent?: number;
}

export interface AdjustCallOptions {
  /** Aborted when nobody waits for the answer any more. */
  signal?: CallSignal;
  /** Milliseconds for the whole call, retries included. */
  deadlineMs?: number;
}

export interface AdjustStreamOptions extends AdjustCallOptions {
  /** Bytes of the answer; without it there is no bound, since memory does not grow with it. */
  maxBytes?: number;
}

/**
 * Adjust's KPI Service, https://api.adjust.com/kpis/v1. Every call is a read and safe to repeat. Throws
 * InvalidAdjustQuery before anything is sent, UpstreamError afterwards. A query that is frozen, all the way down, is
 * known when it is asked again, and its answers are read by what those before had in common.
 */
export class AdjustKpiClient {
  readonly #http: UpstreamHttp;
  readonly #baseUrl: string;
  readonly #maxConcurrent: number;
  readonly #asked = new AskedQueries();

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
    const asked = this.#asked.of(endpoint, query);
    const answer = await this.#http.send(this.#call(endpoint, credential, asked, options));
    try {
      return readAnswer(decode(answer.body), asked.question);
    } catch (error) {
      throw toUpstreamError(error, endpoint, answer.status);
    }
  }

  /**
   * The same answer as `query`, whole, its rows in batches for a writer that pastes: for answers that are written out
   * rather than looked into. Large ones cost a fraction of `query`.
   */
  async table(
    endpoint: AdjustEndpoint,
    credential: VendorCredential,
    query: AdjustKpiQuery,
    options: AdjustCallOptions = {},
  ): Promise<AdjustKpiTable> {
    const asked = this.#asked.of(endpoint, query);
    const answer = await this.#http.send(this.#call(endpoint, credential, asked, options));
    try {
      return tableOf(answer.body, asked.question);
    } catch (error) {
      throw toUpstreamError(error, endpoint, answer.status);
    }
  }

  /**
   * The same answer as `query` while it comes, in memory that does not grow with it. Resolves when what stands before
   * the rows has come. What goes wrong later is thrown by `rows`, which never ends before the answer does. `rows` must
   * be read or left: until then the call holds its place among the concurrent ones.
   */
  async stream(
    endpoint: AdjustEndpoint,
    credential: VendorCredential,
    query: AdjustKpiQuery,
    options: AdjustStreamOptions = {},
  ): Promise<AdjustKpiStream> {
    const asked = this.#asked.of(endpoint, query);
    const call = this.#call(endpoint, credential, asked, options);
    const answer = await this.#http.stream({ ...call, maxBytes: options.maxBytes ?? Infinity });
    const reader = new RowReader(asked.question, MOST_BUFFERED);
    return openRows(answer.body, reader, async (error) => {
      const secret = error instanceof AdjustSaysNo ? (await credential.secret()).reveal() : undefined;
      return toUpstreamError(error, endpoint, answer.status, secret);
    });
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
    request: Pick<UpstreamCall, 'path' | 'query'>,
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

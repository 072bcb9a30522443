import type { CallSignal, UpstreamAnswer, UpstreamCall, UpstreamHttp, VendorCredential } from '#libs/upstream-http';
import { parseJson, UpstreamError } from '#libs/upstream-http';
import { linksRefusal } from './failure.js';
import { readQr, type KochavaQrCode } from './qr.js';
import { Unreadable } from './unreadable.js';
import { dataOf } from './wire.js';

const VENDOR = 'kochava-links';

/** What differs from one call of this API to the next. */
export interface Question {
  operation: string;
  method: UpstreamCall['method'];
  /** Under `/v1`. */
  path: string;
  query?: readonly (readonly [string, string])[];
  /** JSON. */
  body?: string;
  /** Default: true of a GET. */
  safeToRepeat?: boolean;
}

export interface KochavaLinksClientOptions {
  /** `https://links.api.kochava.com`, or where a stand-in listens; without `/v1`. */
  baseUrl: string;
  /** Calls under way at once for one key. Default: no bound. */
  maxConcurrent?: number;
}

export interface KochavaLinksCallOptions {
  /** Aborted when nobody waits for the answer any more. */
  signal?: CallSignal;
  /** Milliseconds for each call of the method, retries included. */
  deadlineMs?: number;
}

const ACCEPTS_JSON = { headers: { accept: 'application/json' } };
const SENDS_JSON = { headers: { ...ACCEPTS_JSON.headers, 'content-type': 'application/json' } };
const IMAGE = { headers: { accept: 'image/*' }, maxBytes: 4 * 1024 * 1024 };

const malformed = (operation: string, status: number, message: string): UpstreamError =>
  new UpstreamError('malformed', message, { vendor: VENDOR, operation, sent: true, status });

function documentOf(body: Buffer): { isJson: boolean; document?: unknown } {
  try {
    return { isJson: true, document: parseJson(body.toString('utf8')) };
  } catch {
    return { isJson: false };
  }
}

/** Sends questions to the Links API: the key in its header, refusals told from answers, answers out of their envelope. */
export class LinksApi {
  constructor(
    private readonly http: UpstreamHttp,
    private readonly options: KochavaLinksClientOptions,
  ) {}

  get baseUrl(): string {
    return this.options.baseUrl;
  }

  /**
   * One call; `read` makes of the data what the caller wants. The data is undefined where the answer has none: the
   * document's "Response: 200". Throws UpstreamError.
   */
  async ask<T>(
    question: Question,
    credential: VendorCredential,
    options: KochavaLinksCallOptions,
    read: (data: unknown) => T,
  ): Promise<T> {
    const { operation } = question;
    let document: unknown;
    const answer = await this.send(question, credential, options, (came) => {
      const body = documentOf(came.body);
      const refusal = linksRefusal(came, body.document);
      if (refusal) return refusal;
      if (!body.isJson && came.body.length > 0) {
        throw malformed(operation, came.status, `${VENDOR} ${operation}: what came is not JSON.`);
      }
      document = body.document;
      return undefined;
    });
    try {
      return read(dataOf(document));
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      throw malformed(operation, answer.status, `Kochava's answer can't be used: ${error.message}.`);
    }
  }

  /** One call whose answer is an image. Throws UpstreamError. */
  async askImage(
    question: Question,
    credential: VendorCredential,
    options: KochavaLinksCallOptions,
  ): Promise<KochavaQrCode> {
    let image: KochavaQrCode | undefined;
    const { status } = await this.send(
      question,
      credential,
      options,
      (came) => {
        image = came.status < 400 ? readQr(came.body) : undefined;
        return image ? undefined : linksRefusal(came, documentOf(came.body).document);
      },
      IMAGE,
    );
    if (!image) throw malformed(question.operation, status, 'What came is not a QR code as PNG, JPEG or plain SVG.');
    return image;
  }

  private send(
    question: Question,
    credential: VendorCredential,
    options: KochavaLinksCallOptions,
    refusal: UpstreamCall['refusal'],
    settings: Pick<UpstreamCall, 'headers' | 'maxBytes'> = question.body === undefined ? ACCEPTS_JSON : SENDS_JSON,
  ): Promise<UpstreamAnswer> {
    const { operation, method, path, query, body, safeToRepeat = method === 'GET' } = question;
    return this.http.send({
      vendor: VENDOR,
      operation,
      method,
      baseUrl: this.options.baseUrl,
      path: `/v1${path}`,
      query,
      body,
      credential,
      authorize: (secret) => ({ headers: { 'authentication-key': secret } }),
      safeToRepeat,
      refusal,
      maxConcurrent: this.options.maxConcurrent,
      signal: options.signal,
      deadlineMs: options.deadlineMs,
      ...settings,
    });
  }
}

/**
 * Is a name free? Asked with a call that answers 200 or refuses. A refusal that is none about the name is thrown.
 */
export async function isFree(asking: Promise<unknown>): Promise<boolean> {
  try {
    await asking;
    return true;
  } catch (error) {
    if (error instanceof UpstreamError && error.failure === 'conflict') return false;
    throw error;
  }
}

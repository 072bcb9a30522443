import { UpstreamError, redact } from '#libs/upstream-http';
import type { UpstreamAnswer, UpstreamCall, UpstreamHttp, VendorCredential } from '#libs/upstream-http';
import { readEnvelope, type Envelope } from './envelope.js';
import { postbacksRefusal } from './failure.js';
import type { KochavaRemarks } from './types.js';
import { Unreadable } from './wire.js';

const VENDOR = 'kochava-postbacks';

/** What differs from one call of this API to the next. */
export interface Question {
  operation: string;
  method: UpstreamCall['method'];
  path: string;
  query?: readonly (readonly [string, string])[];
  /** JSON. */
  body?: string;
}

export type CallSettings = Pick<UpstreamCall, 'baseUrl' | 'maxConcurrent' | 'signal' | 'deadlineMs'>;

/** An answer that was no refusal. */
export class Told {
  readonly nextToken?: string;
  readonly remarks: KochavaRemarks;

  constructor(
    private readonly operation: string,
    private readonly answer: UpstreamAnswer,
    private readonly envelope: Envelope | undefined,
    secrets: readonly string[],
  ) {
    this.nextToken = envelope?.nextToken;
    // Shown to people, and a remark may repeat the request.
    const clean = (lines: string[] = []) => lines.map((line) => redact(line, secrets));
    this.remarks = {
      messages: clean(envelope?.messages),
      warnings: [...clean(envelope?.warnings), ...clean(envelope?.errors)],
    };
  }

  /** What `use` makes of the data; `undefined` where the answer has none. Its Unreadable leaves as UpstreamError. */
  read<T>(use: (data: unknown) => T): T {
    try {
      return use(this.envelope?.data ?? undefined);
    } catch (error) {
      if (!(error instanceof Unreadable)) throw error;
      throw this.error('malformed', `Kochava's answer can't be used: ${error.message}.`);
    }
  }

  error(failure: 'malformed' | 'too-large' | 'not-found', message: string): UpstreamError {
    const { operation, answer } = this;
    return new UpstreamError(failure, message, { vendor: VENDOR, operation, sent: true, status: answer.status });
  }
}

const ACCEPT = { accept: 'application/json' };
const SENDS_JSON = { ...ACCEPT, 'content-type': 'application/json' };

/** One call. Only a GET may be sent again: what a lost answer was about, a second one would not tell. */
export async function ask(
  http: UpstreamHttp,
  question: Question,
  credential: VendorCredential,
  settings: CallSettings,
): Promise<Told> {
  const { operation, body, method } = question;
  const secrets: string[] = [];
  let envelope: Envelope | undefined;
  const answer = await http.send({
    ...question,
    ...settings,
    vendor: VENDOR,
    headers: body === undefined ? ACCEPT : SENDS_JSON,
    credential,
    authorize: (secret) => {
      secrets.push(secret);
      return { headers: { 'authentication-key': secret } };
    },
    safeToRepeat: method === 'GET',
    refusal: (came) => {
      envelope = readEnvelope(came.body);
      const refusal = postbacksRefusal(came, envelope);
      if (refusal || envelope || came.body.length === 0) return refusal;
      throw new UpstreamError('malformed', `${VENDOR} ${operation}: what came is not Kochava's envelope.`, {
        vendor: VENDOR,
        operation,
        sent: true,
        status: came.status,
      });
    },
  });
  return new Told(operation, answer, envelope, secrets);
}

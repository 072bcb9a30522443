import { GatewayError, vendorOf } from '#libs/domain';
import {
  type Refusal,
  type UpstreamAnswer,
  type UpstreamCall,
  UpstreamError,
  type UpstreamHttp,
  type UpstreamStream,
  type VendorCredential,
  withoutSecrets,
} from '#libs/upstream-http';
import { beginning } from '../edge/beginning.js';
import type { AskAgain, OutgoingCall } from './asked-call.js';
import type { Dialect } from './dialect.js';

/** Milliseconds for a whole answer, its reader's time included. Each wait for more of it has the limit of a try. */
const WHOLE_WITHIN_MS = 600_000;
/** Readers that take their time may hold all places: whoever waits for one is told so, and not after as long. */
const TURN_WITHIN_MS = 15_000;
/** Calls under way at once for one credential: Adjust answers 429 above, and shares the count with the other doors. */
const MOST_AT_ONCE = 50;

/** What the vendor said, on its way to the caller. */
export interface Passed {
  status: number;
  headers: UpstreamAnswer['headers'];
  body: Buffer | AsyncIterable<Buffer>;
}

/** The vendor said no, in its own words, which are the caller's to read. */
export class VendorRefusal extends UpstreamError {
  constructor(
    error: UpstreamError,
    readonly answer: Passed,
  ) {
    super(error.failure, error.message, error);
  }
}

export interface Sending {
  dialect: Dialect;
  baseUrl: string;
  credential: VendorCredential;
  operation: string;
  safeToRepeat: boolean;
  signal: UpstreamCall['signal'];
}

/**
 * Sends one call, and resolves when an answer below 400 has begun to come. An error status is thrown as VendorRefusal;
 * CREDENTIAL_REJECTED where it is about the tenant's credential; UpstreamError for no answer. No value of the secret is
 * in what is answered.
 */
export async function exchange(http: UpstreamHttp, sending: Sending, call: OutgoingCall): Promise<Passed> {
  const { dialect, credential } = sending;
  const secrets = new Set<string>();
  let said: UpstreamAnswer | undefined;
  let stream: UpstreamStream;
  try {
    stream = await http.stream({
      vendor: dialect.provider,
      operation: sending.operation,
      method: call.method,
      baseUrl: sending.baseUrl,
      path: call.path,
      query: call.query,
      headers: call.headers,
      body: call.body,
      credential,
      authorize: (secret) => {
        secrets.add(secret);
        return dialect.authorize(secret, call.body);
      },
      safeToRepeat: sending.safeToRepeat,
      // Asked about error statuses alone.
      refusal: (answer) => refusalIn((said = answer)),
      maxConcurrent: MOST_AT_ONCE,
      deadlineMs: WHOLE_WITHIN_MS,
      turnMs: TURN_WITHIN_MS,
      maxBytes: call.rewrite ? undefined : Infinity,
      signal: sending.signal,
    });
  } catch (error) {
    if (!(error instanceof UpstreamError) || said?.status !== error.status || !said) throw error;
    throw await refusalOf(error, said, dialect, [...secrets]);
  }
  const { status, headers } = stream;
  const clean = withoutSecrets(stream.body, [...secrets]);
  const body = call.change ? call.change(clean) : clean;
  if (!call.rewrite) return { status, headers, body: await beginning(body) };
  const answer = { status, headers, body: await whole(body) };
  const refusal = call.refusal?.(answer);
  if (refusal) {
    const { provider: vendor } = dialect;
    const no = new UpstreamError(refusal.failure, refusal.message, {
      vendor,
      operation: sending.operation,
      sent: true,
      status,
    });
    throw await refusalOf(no, answer, dialect, [...secrets]);
  }
  const again: AskAgain = async (query) => {
    const more = await exchange(http, sending, { ...call, query, rewrite: (page) => page });
    return more.body as Buffer;
  };
  return { status, headers, body: await call.rewrite(answer.body, again) };
}

/** A vendor that says when to ask again says it to the caller: no wait here. What else it means is read from the status. */
function refusalIn({ status, headers }: UpstreamAnswer): Refusal | undefined {
  if (headers['retry-after'] === undefined || (status !== 429 && status < 500)) return undefined;
  const failure = status === 429 ? 'rate-limited' : 'unavailable';
  return { failure, message: 'The vendor asks to come again later.', trouble: false };
}

async function refusalOf(
  error: UpstreamError,
  said: UpstreamAnswer,
  dialect: Dialect,
  secrets: string[],
): Promise<Error> {
  if (dialect.refusesCredential(said)) {
    return new GatewayError(
      'CREDENTIAL_REJECTED',
      `${dialect.vendorName} does not accept this tenant’s credential. ` +
        `The operator sets another with PUT /v1/admin/tenants/{slug}/credentials/${dialect.provider}.`,
      { vendor: vendorOf(dialect.provider), upstreamStatus: said.status },
    );
  }
  const body = await whole(withoutSecrets([said.body], secrets));
  return new VendorRefusal(error, { status: said.status, headers: said.headers, body });
}

async function whole(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

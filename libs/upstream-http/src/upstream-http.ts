import { Attempt } from './attempt.js';
import { decodeWhole } from './body.js';
import type { Authorized, UpstreamAnswer, UpstreamCall, UpstreamStream } from './call.js';
import { classify } from './classify.js';
import { Failed } from './failed.js';
import { Lanes, type BreakerSettings, type Lane } from './lane.js';
import type { UpstreamAttempt } from './observation.js';
import { pause } from './pause.js';
import { redact } from './redact.js';
import type { Reply, ReplyHeaders } from './reply.js';
import { decideRetry, type RetryDecision, type RetryPolicy } from './retry.js';
import type { Secret } from './secret.js';
import { streamBody } from './stream-body.js';
import { UpstreamError, type UpstreamFailure } from './upstream-error.js';
import { Wire } from './wire.js';

export interface UpstreamHttpOptions {
  /** Milliseconds for one try, where the call names none. */
  tryTimeoutMs: number;
  /** Bytes of a body, where the call names none; default 16 MiB. */
  maxBytes?: number;
  /** Called once for each try, and for each call that got no turn. Must not throw. */
  observe?: (attempt: UpstreamAttempt) => void;
  /** Default: 3 tries in all, 200 ms before the second, doubling, at most 5 s. */
  retry?: Partial<RetryPolicy>;
  /** Default: opens after 5 troubled tries in a row, for 10 s. */
  breaker?: BreakerSettings;
  /** In [0, 1); default Math.random. */
  random?: () => number;
}

/** A call while it is under way, over all its tries. */
interface Run {
  readonly call: UpstreamCall;
  readonly deadlineAt: number;
  readonly secrets: string[];
  /** 1 for the first try. */
  number: number;
  sent: boolean;
  /** performance.now() at the start of the present try, after the wait for its turn. */
  startedAt: number;
  attempt?: Attempt;
}

/** What is done with one try, once it has its turn and its credential. */
type Exchange<T> = (run: Run, lane: Lane, attempt: Attempt, authorized: Authorized) => Promise<T | Failed>;

const NO_TURN: ReadonlySet<UpstreamFailure> = new Set(['breaker-open', 'overloaded']);

const stopping = (): Failed => new Failed('cancelled', 'The gateway is stopping.');

/** Longest message of a vendor's that is passed on, in characters. */
const MESSAGE_LENGTH = 500;

/** What was opened of a stream: the part that is handed on, and the promise that its body is over. */
interface Opened {
  stream: UpstreamStream;
  over: Promise<Failed | undefined>;
}

/**
 * One outbound call: tries, time limits, breaker, bound on concurrency, redaction. Knows no vendor. Throws UpstreamError
 * alone, but for what `credential.secret()`, `authorize` and `refusal` throw themselves, which passes untouched.
 */
export class UpstreamHttp {
  private readonly wire = new Wire();
  private readonly lanes: Lanes;
  private readonly retry: RetryPolicy;
  private readonly maxBytes: number;
  private closed = false;

  constructor(private readonly options: UpstreamHttpOptions) {
    this.lanes = new Lanes(options.breaker ?? { failures: 5, halfOpenAfterMs: 10_000 });
    this.retry = { attempts: 3, baseMs: 200, maxMs: 5000, ...options.retry };
    this.maxBytes = options.maxBytes ?? 16 * 1024 * 1024;
  }

  /** The whole answer, decoded, within the try limit. Throws UpstreamError for anything else, a refusal too. */
  send(call: UpstreamCall): Promise<UpstreamAnswer> {
    return this.run(call, this.whole);
  }

  /**
   * An answer below 400, as soon as its headers are here; tries again only until then. `refusal` is asked about error
   * statuses alone, because a body that is still coming can't be judged. What goes wrong later is thrown by the
   * iterator. Read it or leave its loop: until then, or the deadline, it holds its place among the concurrent calls.
   */
  stream(call: UpstreamCall): Promise<UpstreamStream> {
    return this.run(call, this.opened);
  }

  /** Closes every connection; calls under way fail, and further ones are refused. */
  close(): void {
    this.closed = true;
    this.wire.close();
  }

  private run<T>(call: UpstreamCall, exchange: Exchange<T>): Promise<T> {
    const startedAt = performance.now();
    const deadlineAt = startedAt + (call.deadlineMs ?? 3 * this.tryMs(call));
    const run: Run = { call, deadlineAt, secrets: [], number: 1, sent: false, startedAt };
    // Nearly all calls end with their first try: each promise on its way would cost them all.
    return this.tryOnce(run, exchange).then((result) =>
      result instanceof Failed ? this.again(run, exchange, result) : result,
    );
  }

  /** Goes on where a try has `failed`. */
  private async again<T>(run: Run, exchange: Exchange<T>, failed: Failed): Promise<T> {
    let result: T | Failed = failed;
    let before: Failed | undefined;
    while (result instanceof Failed) {
      // A retry that got no turn says less than what made it necessary.
      const reason = before && NO_TURN.has(result.failure) ? before : result;
      const decision = this.decide(run, result);
      this.observe(run, result, decision);
      if (!decision.retry) throw this.toError(run, reason);
      before = result;
      if (!(await pause(decision.waitMs, run.call.signal))) {
        throw this.toError(run, new Failed('cancelled', 'Cancelled: nobody waits for the answer any more.'));
      }
      run.number++;
      run.startedAt = performance.now();
      result = await this.tryOnce(run, exchange);
    }
    return result;
  }

  private tryOnce<T>(run: Run, exchange: Exchange<T>): Promise<T | Failed> {
    run.attempt = undefined;
    if (this.closed) return Promise.resolve(stopping());
    const lane = this.lanes.for(run.call.vendor, run.call.credential.id);
    const refused = lane.refused();
    if (refused) return Promise.resolve(refused);
    const waited = this.enter(run, lane);
    if (!waited) return this.begin(run, lane, exchange);
    return waited.then((refused) => {
      if (refused) return refused;
      // A wait for a turn is not the vendor's time.
      run.startedAt = performance.now();
      return this.begin(run, lane, exchange);
    });
  }

  /** A try that has its turn. */
  private begin<T>(run: Run, lane: Lane, exchange: Exchange<T>): Promise<T | Failed> {
    const { call } = run;
    const attempt = new Attempt(call.signal, () => lane.leave());
    run.attempt = attempt;
    const tryMs = this.tryMs(call);
    const leftMs = run.deadlineAt - run.startedAt;
    if (tryMs <= leftMs) attempt.limit(tryMs, `No whole answer within ${tryMs} ms.`);
    else attempt.limit(Math.max(0, leftMs), 'No whole answer within the deadline of the call.');
    const ended = (result: T | Failed): T | Failed => {
      run.sent ||= attempt.sent;
      // A stream goes on, and ends its attempt itself.
      if (result instanceof Failed) attempt.finish();
      return result;
    };
    const broken = (error: unknown): never => {
      run.sent ||= attempt.sent;
      attempt.finish();
      throw error;
    };
    const go = (secret: Secret | Failed): Promise<T | Failed> => {
      if (secret instanceof Failed) return Promise.resolve(secret);
      const value = secret.reveal();
      if (!run.secrets.includes(value)) run.secrets.push(value);
      const authorized = call.authorize(value);
      // It may have been closed during the waits.
      const refused = this.closed ? stopping() : lane.refused();
      return refused ? Promise.resolve(refused) : exchange(run, lane, attempt, authorized);
    };
    try {
      const secret = attempt.failed ?? call.credential.secret();
      const going =
        secret instanceof Promise
          ? attempt.step<Secret>((resolve, reject) => void secret.then(resolve, reject)).then(go)
          : go(secret);
      return going.then(ended, broken);
    } catch (error) {
      return Promise.reject(error as Error).catch(broken);
    }
  }

  private enter(run: Run, lane: Lane): Promise<Failed | undefined> | undefined {
    const { maxConcurrent = Infinity, turnMs = Infinity, signal } = run.call;
    if (lane.tryEnter(maxConcurrent)) return undefined;
    const leftMs = Math.max(0, run.deadlineAt - performance.now());
    return lane.enter(maxConcurrent, Math.min(turnMs, leftMs), signal);
  }

  private readonly whole: Exchange<UpstreamAnswer> = (run, lane, attempt, authorized) => {
    const { call } = run;
    const maxBytes = this.maxBytesOf(call);
    const ask = (): Promise<UpstreamAnswer | Failed> =>
      this.wire.exchange(attempt, call, authorized, false, maxBytes).then((reply) => {
        if (reply instanceof Failed) return reply;
        const body = decodeWhole(attempt, reply, maxBytes);
        if (body instanceof Promise) return body.then((decoded) => judge(call, reply, decoded));
        return judge(call, reply, body);
      });
    return lane.guard(ask, (result) => {
      if (result instanceof Failed) return;
      attempt.finish();
      this.observe(run);
    });
  };

  private readonly opened: Exchange<UpstreamStream> = (run, lane, attempt, authorized) =>
    new Promise((hand, reject) => {
      const guarded = lane.guard<Opened | undefined>(async (probe) => {
        const result = await this.openStream(run, attempt, authorized);
        if (result instanceof Failed) return result;
        hand(result.stream);
        // The breaker hears of a body that breaks off; but a probe holds up everybody, so its headers are enough.
        return probe ? undefined : result.over;
      });
      guarded.then((result) => result instanceof Failed && hand(result), reject);
    });

  private async openStream(run: Run, attempt: Attempt, authorized: Authorized): Promise<Opened | Failed> {
    const { call } = run;
    const maxBytes = this.maxBytesOf(call);
    // An error is read whole, though the stream may have no bound: that would be memory, and nothing that zlib takes.
    const mostOfError = Math.min(maxBytes, this.maxBytes);
    const reply = await this.wire.exchange(attempt, call, authorized, true, mostOfError);
    if (reply instanceof Failed) return reply;
    if (reply.status >= 400) {
      const judged = judge(call, reply, await decodeWhole(attempt, reply, mostOfError));
      if (judged instanceof Failed) return judged;
    }
    const limits = { maxBytes, chunkMs: this.tryMs(call), deadlineAt: run.deadlineAt };
    let settle: (failed: Failed | undefined) => void = () => undefined;
    const over = new Promise<Failed | undefined>((resolve) => (settle = resolve));
    const body = streamBody(attempt, reply, limits, (failed) => this.toError(run, failed));
    if (body instanceof Failed) return body;
    attempt.whenOver(() => {
      this.observe(run, attempt.failed);
      settle(attempt.failed);
    });
    return { stream: { status: reply.status, headers: headersOf(reply), body }, over };
  }

  private decide(run: Run, failed: Failed): RetryDecision {
    const { safeToRepeat } = run.call;
    const remainingMs = run.deadlineAt - performance.now();
    const finished = { failed, attempt: run.number, safeToRepeat, remainingMs };
    return decideRetry(finished, this.retry, (this.options.random ?? Math.random)());
  }

  private tryMs(call: UpstreamCall): number {
    return call.tryTimeoutMs ?? this.options.tryTimeoutMs;
  }

  private maxBytesOf(call: UpstreamCall): number {
    return call.maxBytes ?? this.maxBytes;
  }

  private observe(run: Run, failed?: Failed, decision?: RetryDecision): void {
    const { call, attempt } = run;
    this.options.observe?.({
      vendor: call.vendor,
      operation: call.operation,
      credentialId: call.credential.id,
      method: call.method,
      attempt: run.number,
      outcome: failed?.failure ?? 'ok',
      status: attempt?.status,
      durationMs: performance.now() - run.startedAt,
      bytes: attempt?.bytes ?? 0,
      retryReason: decision?.reason,
      retryInMs: decision?.retry ? decision.waitMs : undefined,
    });
  }

  private toError(run: Run, failed: Failed): UpstreamError {
    const { vendor, operation } = run.call;
    const { status, retryAfterSeconds } = failed.more;
    // Cut after redacting: half a secret at the end would not be recognised.
    const message = redact(failed.message, run.secrets).slice(0, MESSAGE_LENGTH);
    return new UpstreamError(failed.failure, message, { vendor, operation, sent: run.sent, status, retryAfterSeconds });
  }
}

function judge(call: UpstreamCall, reply: Reply, body: Buffer | Failed): UpstreamAnswer | Failed {
  if (body instanceof Failed) return body;
  const answer = { status: reply.status, headers: headersOf(reply), body };
  return classify(answer, call) ?? answer;
}

/** The vendor's headers as they are true of the decoded body. */
function headersOf({ headers }: Reply): ReplyHeaders {
  if (headers['content-encoding'] !== undefined) {
    delete headers['content-encoding'];
    delete headers['content-length'];
  }
  return headers;
}

import type { Attempt } from './attempt.js';
import type { Authorized, UpstreamCall } from './call.js';
import type { Failed } from './failed.js';
import { FreshWire } from './fresh-wire.js';
import { KeptWire } from './kept-wire.js';
import { Writer } from './outgoing.js';
import { Reply } from './reply.js';

/** The ways out: what may be sent twice goes on connections that are kept, anything else on one of its own. */
export class Wire {
  private readonly writer = new Writer();
  private readonly kept = new KeptWire();
  private readonly fresh = new FreshWire();

  /**
   * Sends one request. Resolves with the whole answer, not decoded yet, of at most `maxBytes`; with `streams` as soon as
   * the headers are here, unless they are of an error.
   */
  exchange(
    attempt: Attempt,
    call: UpstreamCall,
    authorized: Authorized,
    streams: boolean,
    maxBytes: number,
  ): Promise<Reply | Failed> {
    return attempt.step<Reply>((resolve, reject) => {
      const outgoing = this.writer.write(call, authorized);
      if (!outgoing) return void attempt.fail('blocked', 'The base URL of this vendor is not an HTTP address.');
      const reply = new Reply(attempt, streams, maxBytes, resolve);
      if (call.safeToRepeat && !call.lookup) this.kept.send(attempt, outgoing, reply);
      else this.fresh.send(attempt, outgoing, reply, call.lookup).catch(reject);
    });
  }

  close(): void {
    this.kept.close();
    this.fresh.close();
  }
}

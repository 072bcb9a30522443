import type { Dispatcher } from 'undici';
import Pool from 'undici/lib/dispatcher/pool.js';
import type { Attempt } from './attempt.js';
import { failCarrying } from './carry-error.js';
import type { Outgoing } from './outgoing.js';
import type { Carrier, Reply } from './reply.js';

const POOL: Pool.Options = {
  pipelining: 1,
  connectTimeout: 10_000,
  // A free connection is closed by us before most vendors close it: a request on one that is just being closed is lost.
  keepAliveTimeout: 15_000,
  keepAliveMaxTimeout: 15_000,
  keepAliveTimeoutThreshold: 1000,
  // The clock of a try is the attempt's.
  headersTimeout: 0,
  bodyTimeout: 0,
};

const OVER = new Error('The try is over.');

/** One request on a kept connection, as undici tells of it. A class: a call makes no functions. */
class KeptExchange implements Dispatcher.DispatchHandler, Carrier {
  private controller?: Dispatcher.DispatchController;

  constructor(
    private readonly attempt: Attempt,
    private readonly reply: Reply,
  ) {
    reply.carrier = this;
  }

  /** There is a connection, and the next thing is to write on it. */
  onRequestStart(controller: Dispatcher.DispatchController): void {
    // Thrown, the connection is left as it is; aborted, it would be closed.
    if (this.attempt.failed) throw OVER;
    this.controller = controller;
    this.attempt.sent = true;
  }

  onResponseStart(_: unknown, status: number, headers: Record<string, string | string[] | undefined>): void {
    // 103 and its like come before the answer.
    if (status >= 200) this.reply.head(status, headers);
  }

  onResponseData(_: unknown, chunk: Buffer): void {
    this.reply.data(chunk);
  }

  onResponseEnd(): void {
    this.reply.end();
  }

  onResponseError(_: unknown, error: Error): void {
    failCarrying(this.attempt, error);
  }

  pause(): void {
    this.controller?.pause();
  }

  resume(): void {
    this.controller?.resume();
  }

  destroy(): void {
    this.controller?.abort(OVER);
  }
}

/** The way out for what may be sent twice: undici, on connections that are kept, a pool of them for each origin. */
export class KeptWire {
  private readonly pools = new Map<string, Pool>();
  /** Pushed out, with calls still under way. */
  private readonly leaving = new Set<Pool>();

  /** At most `origins` have connections, each at most `connections`; the one that has had them longest gives way. */
  constructor(private readonly bounds = { origins: 32, connections: 1024 }) {}

  send(attempt: Attempt, { origin, method, path, headers, body }: Outgoing, reply: Reply): void {
    this.poolOf(origin.url).dispatch({ method, path, headers, body }, new KeptExchange(attempt, reply));
  }

  close(): void {
    for (const pools of [this.pools.values(), this.leaving]) for (const pool of pools) void pool.destroy();
    this.pools.clear();
  }

  private poolOf(origin: string): Pool {
    let pool = this.pools.get(origin);
    if (!pool) {
      if (this.pools.size >= this.bounds.origins) this.pushOut();
      pool = new Pool(origin, { ...POOL, connections: this.bounds.connections });
      this.pools.set(origin, pool);
    }
    return pool;
  }

  private pushOut(): void {
    const [origin, pool] = this.pools.entries().next().value!;
    this.pools.delete(origin);
    this.leaving.add(pool);
    // Calls under way are finished before.
    void pool.close().finally(() => this.leaving.delete(pool));
  }
}

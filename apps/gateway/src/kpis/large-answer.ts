import { Departure, type Leaving } from '#libs/domain';
import type { AdjustKpiRowBatch, AdjustKpiStream } from '#libs/adjust-kpi';

/** An answer too large to be held: its first rows, and the rest as it comes, for one reader. */
export class LargeAnswer {
  private readonly departure = new Departure();
  private held?: {
    stream: AdjustKpiStream;
    first: readonly AdjustKpiRowBatch[];
    rest: AsyncIterator<AdjustKpiRowBatch>;
  };
  private claimed = false;

  /** `asking`: aborted when nobody waits for the answer to begin. */
  constructor(asking: Leaving | undefined) {
    this.abortWith(asking);
  }

  /** Ends the call at the vendor. */
  get signal(): Leaving {
    return this.departure;
  }

  hold(stream: AdjustKpiStream, first: readonly AdjustKpiRowBatch[], rest: AsyncIterator<AdjustKpiRowBatch>): void {
    this.held = { stream, first, rest };
  }

  /** True for the first who asks; the call ends with that caller from then on. */
  claim(claimant: Leaving | undefined): boolean {
    if (this.claimed) return false;
    this.claimed = true;
    this.abortWith(claimant);
    return true;
  }

  get stream(): AdjustKpiStream {
    return this.held!.stream;
  }

  async *rows(): AsyncGenerator<AdjustKpiRowBatch> {
    const { first, rest } = this.held!;
    try {
      yield* first;
      for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
    } finally {
      await rest.return?.();
    }
  }

  leave(): Promise<unknown> | undefined {
    return this.held?.rest.return?.();
  }

  private abortWith(signal: Leaving | undefined): void {
    if (signal?.aborted) this.departure.leave();
    else signal?.addEventListener('abort', () => this.departure.leave(), { once: true });
  }
}

import DataLoader from 'dataloader';
import { reachDatabase, withinLimit } from './reach-database.js';

/** Queries under way at once, of one kind. */
const AT_ONCE = 2;
const MOST_IN_ONE = 500;

/**
 * Look-ups of single rows. Those that come while others are under way go together, in the next query: the busier it is, the
 * less one costs. A caller alone waits for nobody.
 */
export class Together<K, V> {
  private readonly loader: DataLoader<K, V | undefined>;
  private readonly waiting: (() => void)[] = [];
  private underWay = 0;

  /** `lookUp` answers in the order of its keys: what is found, or undefined. */
  constructor(lookUp: (keys: readonly K[]) => Promise<readonly (V | undefined)[]>) {
    this.loader = new DataLoader(
      async (keys) => {
        try {
          // One that hangs must not keep its place.
          return await withinLimit(reachDatabase(() => lookUp(keys)));
        } finally {
          this.next();
        }
      },
      { cache: false, maxBatchSize: MOST_IN_ONE, batchScheduleFn: (send) => this.schedule(send) },
    );
  }

  /** UNAVAILABLE when the database is away, or says nothing for three seconds. */
  get(key: K): Promise<V | undefined> {
    return withinLimit(this.loader.load(key));
  }

  private schedule(send: () => void): void {
    if (this.underWay >= AT_ONCE) {
      this.waiting.push(send);
      return;
    }
    this.underWay++;
    // Whoever came with the same read of the sockets goes along.
    setImmediate(send);
  }

  private next(): void {
    const send = this.waiting.shift();
    if (send) send();
    else this.underWay--;
  }
}

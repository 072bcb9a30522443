import { createCache } from 'cache-manager';
import { VendorReads } from './vendor-reads.js';

describe('reads that a write changes', () => {
  const LIVES = { recentMs: 60_000, pastMs: 60_000, staleMs: 60_000 };
  const changesUntil = '2026-01-01';
  /** A vendor that answers the calls in the order in which it is told to. */
  function aVendor() {
    const waiting: ((value: string) => void)[] = [];
    const fetch = () => new Promise<string>((resolve) => waiting.push(resolve));
    const called = async (times: number) => {
      while (waiting.length < times) await new Promise(setImmediate);
    };
    return {
      fetch,
      called,
      answer: (call: number, value: string) => waiting[call]!(value),
      calls: () => waiting.length,
    };
  }

  it('are asked anew, and the others are not', async () => {
    const reads = new VendorReads(createCache(), LIVES);
    const say = (value: string) => async () => value;
    await reads.read({ key: 'a', changesUntil, fetch: say('old') });
    await reads.read({ key: 'b', changesUntil, fetch: say('old') });
    await reads.drop('a', 'never read');
    const [a, b] = await Promise.all(['a', 'b'].map((key) => reads.read({ key, changesUntil, fetch: say('new') })));
    expect([a!.value, a!.status, b!.value, b!.status]).toEqual(['new', 'FRESH', 'old', 'CACHED']);
  });

  it('are not joined while they are under way, nor kept when they come', async () => {
    const reads = new VendorReads(createCache(), LIVES);
    const vendor = aVendor();
    const read = () => reads.read({ key: 'k', changesUntil, fetch: vendor.fetch });
    const before = read();
    await vendor.called(1);
    await reads.drop('k');
    const after = read();
    await vendor.called(2);
    vendor.answer(1, 'new');
    expect((await after).value).toBe('new');
    // Last, as a slow answer would: it must not take the new one's place.
    vendor.answer(0, 'old');
    expect((await before).value).toBe('old');
    const kept = await read();
    expect([kept.value, kept.status, vendor.calls()]).toEqual(['new', 'CACHED', 2]);
  });
});

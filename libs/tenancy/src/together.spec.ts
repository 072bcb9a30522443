import { jest } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { Together } from './together.js';

describe('look-ups that go together', () => {
  /** The queries that were sent, each with what ends it. */
  let sent: { keys: readonly string[]; answer: (values: (string | undefined)[]) => void; fail: (why: Error) => void }[];
  let together: Together<string, string>;

  beforeEach(() => {
    sent = [];
    together = new Together(
      (keys) => new Promise((resolve, reject) => sent.push({ keys: [...keys], answer: resolve, fail: reject })),
    );
  });
  afterEach(() => jest.useRealTimers());

  const keysSent = (): (readonly string[])[] => sent.map(({ keys }) => keys);
  /** Two queries under way, and `c` and `d` waiting. */
  async function busy(): Promise<Promise<string | undefined>[]> {
    const asked = [];
    for (const key of ['a', 'b', 'c', 'd']) {
      asked.push(together.get(key));
      await setImmediate();
      await setImmediate();
    }
    return asked;
  }

  it('are one query for those who come at once', async () => {
    const asked = ['a', 'b', 'a'].map((key) => together.get(key));
    await setImmediate();
    await setImmediate();
    expect(keysSent()).toEqual([['a', 'b', 'a']]);
    sent[0]!.answer(['A', undefined, 'A']);
    expect(await Promise.all(asked)).toEqual(['A', undefined, 'A']);
  });

  it('wait while two are under way, and are the next', async () => {
    const asked = await busy();
    expect(keysSent()).toEqual([['a'], ['b']]);
    sent[1]!.answer(['B']);
    expect(await asked[1]).toBe('B');
    await setImmediate();
    expect(keysSent()).toEqual([['a'], ['b'], ['c', 'd']]);
    sent[2]!.answer(['C', 'D']);
    sent[0]!.answer(['A']);
    expect(await Promise.all(asked)).toEqual(['A', 'B', 'C', 'D']);
  });

  it('fail for those who asked, and for nobody else', async () => {
    const asked = await busy();
    const failed = expect(asked[0]).rejects.toThrow('no such table');
    sent[0]!.fail(new Error('no such table'));
    await failed;
    await setImmediate();
    sent[1]!.answer(['B']);
    sent[2]!.answer(['C', 'D']);
    expect(await Promise.all(asked.slice(1))).toEqual(['B', 'C', 'D']);
  });

  it('are UNAVAILABLE of a database that says nothing, and do not hold up those who come later', async () => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
    const asked = await busy();
    const ended = Promise.allSettled(asked);
    await jest.advanceTimersByTimeAsync(3_000);
    const codes = (await ended).map((one) => (one.status === 'rejected' ? (one.reason as { code: string }).code : ''));
    expect(codes).toEqual(['UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE', 'UNAVAILABLE']);
    const later = together.get('e');
    // What had waited is asked for, though nobody waits for it; it ends in its time, too.
    await jest.advanceTimersByTimeAsync(0);
    expect(keysSent().at(-1)).toContain('e');
    sent.at(-1)!.answer(sent.at(-1)!.keys.map((key) => key.toUpperCase()));
    expect(await later).toBe('E');
  });
});

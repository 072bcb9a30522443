import type { Leaving } from '#libs/domain';
import { SharedCalls } from './shared-calls.js';

/** A call that ends when it is told to, and knows whether it was given up. */
function aCall() {
  const signals: Leaving[] = [];
  let finish: (value: string) => void = () => undefined;
  const start = (signal: Leaving): Promise<string> => {
    signals.push(signal);
    return new Promise((resolve, reject) => {
      finish = resolve;
      signal.addEventListener('abort', () => reject(new Error('given up')));
    });
  };
  return { start, signals, finish: (value: string) => finish(value) };
}

describe('calls that several callers share', () => {
  it('are made once, and go on when the caller who began them leaves', async () => {
    const calls = new SharedCalls();
    const { start, signals, finish } = aCall();
    const first = new AbortController();
    const began = calls.join('k', first.signal, start);
    const joined = calls.join('k', new AbortController().signal, start);
    const patient = calls.join('k', undefined, start);
    first.abort();
    await expect(began).rejects.toThrow('left');
    expect([signals.length, signals[0]!.aborted]).toEqual([1, false]);
    finish('done');
    expect(await Promise.all([joined, patient])).toEqual(['done', 'done']);
  });

  it('are given up when the last has left, and joined by nobody after that', async () => {
    const calls = new SharedCalls();
    const { start, signals, finish } = aCall();
    const callers = [new AbortController(), new AbortController()];
    const waiting = callers.map(({ signal }) => calls.join('k', signal, start));
    callers.forEach((caller) => caller.abort());
    for (const promise of waiting) await expect(promise).rejects.toThrow('left');
    expect(signals[0]!.aborted).toBe(true);
    const next = calls.join('k', undefined, start);
    expect(signals).toHaveLength(2);
    finish('anew');
    expect(await next).toBe('anew');
  });

  it('are another’s for another key, and anew after they have ended or failed', async () => {
    const calls = new SharedCalls();
    let made = 0;
    const start = async (): Promise<number> => ++made;
    expect(await Promise.all([calls.join('a', undefined, start), calls.join('b', undefined, start)])).toEqual([1, 2]);
    expect(await calls.join('a', undefined, start)).toBe(3);
    const fail = (): Promise<number> => Promise.reject(new Error('no'));
    await expect(calls.join('a', undefined, fail)).rejects.toThrow('no');
    expect(await calls.join('a', undefined, start)).toBe(4);
  });

  it('are not begun for a caller who has left already', async () => {
    const calls = new SharedCalls();
    const { start, signals } = aCall();
    await expect(calls.join('k', AbortSignal.abort(), start)).rejects.toThrow('left');
    expect(signals).toHaveLength(0);
  });
});

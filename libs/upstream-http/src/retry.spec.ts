import { Failed } from './failed.js';
import { decideRetry, parseRetryAfter, type FinishedTry } from './retry.js';

const POLICY = { attempts: 3, baseMs: 200, maxMs: 5000 };
const finished = (over: Partial<FinishedTry>): FinishedTry => ({
  failed: new Failed('connection', ''),
  attempt: 1,
  safeToRepeat: true,
  remainingMs: 60_000,
  ...over,
});

describe('decideRetry', () => {
  it.each(['connection', 'timeout', 'truncated'] as const)('tries again after %s', (failure) => {
    expect(decideRetry(finished({ failed: new Failed(failure, '') }), POLICY, 0)).toMatchObject({ retry: true });
  });

  it.each([
    'malformed',
    'too-large',
    'redirect',
    'cancelled',
    'breaker-open',
    'overloaded',
    'blocked',
    'rejected',
  ] as const)('does not try again after %s', (failure) => {
    expect(decideRetry(finished({ failed: new Failed(failure, '') }), POLICY, 0).reason).toBe('not-retryable');
  });

  it('tries again after a refusal that means trouble, and after no other', () => {
    const refused = (trouble: boolean) => finished({ failed: new Failed('rejected', '', { trouble }) });
    expect(decideRetry(refused(true), POLICY, 0).retry).toBe(true);
    expect(decideRetry(refused(false), POLICY, 0).retry).toBe(false);
  });

  it('never repeats what is not safe to repeat', () => {
    expect(decideRetry(finished({ safeToRepeat: false }), POLICY, 0).reason).toBe('not-safe-to-repeat');
  });

  it('stops at the last attempt', () => {
    expect(decideRetry(finished({ attempt: 2 }), POLICY, 0).retry).toBe(true);
    expect(decideRetry(finished({ attempt: 3 }), POLICY, 0).reason).toBe('attempts-spent');
  });

  it('waits between half and the whole of a step that doubles up to its bound', () => {
    const wait = (attempt: number, random: number) =>
      decideRetry(finished({ attempt }), { ...POLICY, attempts: 99 }, random).waitMs;
    expect([wait(1, 0), wait(1, 1), wait(2, 1), wait(3, 1), wait(20, 1)]).toEqual([100, 200, 400, 800, 5000]);
  });

  it('waits as long as the vendor asks, if the deadline allows', () => {
    const failed = new Failed('rate-limited', '', { trouble: true, retryAfterSeconds: 7 });
    expect(decideRetry(finished({ failed }), POLICY, 0.5)).toEqual({
      retry: true,
      reason: 'retry-after',
      waitMs: 7100,
    });
    expect(decideRetry(finished({ failed, remainingMs: 6000 }), POLICY, 0)).toMatchObject({
      retry: false,
      reason: 'retry-after-past-deadline',
    });
  });

  it('gives up where the backoff does not fit the deadline', () => {
    expect(decideRetry(finished({ remainingMs: 50 }), POLICY, 0).reason).toBe('deadline');
  });
});

describe('parseRetryAfter', () => {
  const now = Date.parse('2026-03-01T12:00:00Z');
  it.each([
    ['30', 30],
    [' 0 ', 0],
    ['1.2', 2],
    ['Sun, 01 Mar 2026 12:00:45 GMT', 45],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
    ['soon', undefined],
    ['-3', undefined],
    ['2026', 2026],
    ['', undefined],
    [undefined, undefined],
  ])('%j is %j', (value, seconds) => {
    expect(parseRetryAfter(value, now)).toBe(seconds);
  });
});

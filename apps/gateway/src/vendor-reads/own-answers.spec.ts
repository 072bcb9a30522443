import { jest } from '@jest/globals';
import { OwnAnswers } from './own-answers.js';

describe('answers kept in process', () => {
  const A = { of: 'a' };
  afterEach(() => jest.useRealTimers());

  it('are there as they were put, until they are taken away', () => {
    const answers = new OwnAnswers(10);
    answers.set('a', A, 1_000);
    expect(answers.get('a')).toBe(A);
    answers.del('a');
    expect(answers.get('a')).toBeUndefined();
  });

  it('go when there are too many, the one used longest ago first', () => {
    const answers = new OwnAnswers(2);
    answers.set('a', A, 1_000);
    answers.set('b', {}, 1_000);
    answers.get('a');
    answers.set('c', {}, 1_000);
    expect(['a', 'b', 'c'].map((key) => answers.get(key) !== undefined)).toEqual([true, false, true]);
  });

  it('expire, each after its own time, and hold no memory for long', () => {
    jest.useFakeTimers({ now: 0 });
    const answers = new OwnAnswers(10);
    const kept = (answers as unknown as { kept: Map<string, unknown> }).kept;
    answers.set('a', A, 30_000);
    answers.set('b', A, 90_000);
    jest.setSystemTime(29_999);
    expect(answers.get('a')).toBe(A);
    jest.setSystemTime(30_000);
    expect(answers.get('a')).toBeUndefined();
    answers.set('c', A, 1);
    jest.setSystemTime(60_001);
    answers.set('d', A, 1);
    expect([...kept.keys()]).toEqual(['b', 'd']);
  });
});

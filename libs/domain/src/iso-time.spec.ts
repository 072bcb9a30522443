import { isoTime } from './iso-time.js';

describe('times as text', () => {
  it('are what Date writes', () => {
    const times = [0, 7, 70, 700, 999, 1_000, 1_001, 999, 1_764_564_131_005, 1_764_564_131_050, 1_764_564_132_500, -1];
    expect(times.map(isoTime)).toEqual(times.map((ms) => new Date(ms).toISOString()));
  });

  it('are refused where Date refuses, and the next is right', () => {
    expect(() => isoTime(Number.NaN)).toThrow(RangeError);
    expect(() => isoTime(9e15)).toThrow(RangeError);
    expect(isoTime(1_001)).toBe('1970-01-01T00:00:01.001Z');
  });
});

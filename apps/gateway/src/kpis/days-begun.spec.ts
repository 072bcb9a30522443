import { hasBegun, warningOfDaysAhead } from './days-begun.js';

const HOUR_MS = 3_600_000;
const dayIn = (hours: number): string => new Date(Date.now() + hours * HOUR_MS).toISOString().slice(0, 10);

describe('days that have not begun', () => {
  it('are told by the clock of their offset', () => {
    expect([hasBegun(dayIn(0), '+00:00'), hasBegun(dayIn(24), '+00:00')]).toEqual([true, false]);
    // Both ends of the world: what is today at one is not at the other.
    expect(hasBegun(dayIn(14), '+14:00')).toBe(true);
    expect(hasBegun(dayIn(-12), '-12:00')).toBe(true);
    expect(hasBegun(dayIn(12), '-12:00')).toBe(false);
    expect(hasBegun('no day', '+00:00')).toBe(true);
  });

  it('are warned of, from the first', () => {
    const told = (to: string, utcOffset = '+00:00') => warningOfDaysAhead({ to, utcOffset }, 'Adjust');
    expect(told(dayIn(0))).toBeUndefined();
    expect(told(dayIn(24))).toMatch(`${dayIn(24)} has not begun at +00:00: Adjust`);
    expect(told(dayIn(72))).toMatch(`The days from ${dayIn(24)} to ${dayIn(72)} have not begun`);
    expect(told(dayIn(14 + 48), '+14:00')).toMatch(`from ${dayIn(14 + 24)} to`);
  });
});

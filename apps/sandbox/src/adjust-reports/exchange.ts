import { invalid } from './refusal.js';

/** What one euro is worth: made up, and always the same. */
const PER_EURO: Readonly<Record<string, number>> = { EUR: 1, USD: 1.1, GBP: 0.85, JPY: 160 };

/** What an amount in one currency is multiplied by to be one in another. */
export function exchangeRate(from: string, to: string): number {
  const [one, other] = [PER_EURO[from], PER_EURO[to]];
  if (one === undefined || other === undefined) {
    throw invalid('currency', `this stand-in converts between ${Object.keys(PER_EURO).join(', ')}`);
  }
  return other / one;
}

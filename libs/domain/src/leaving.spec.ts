import { abortSignalOf, Departure, type Leaving } from './leaving.js';

it('tells each listener once, functions and objects, but for those that have gone', () => {
  const heard: string[] = [];
  const departure = new Departure();
  const one = (): void => void heard.push('one');
  const gone = (): void => void heard.push('gone');
  departure.addEventListener('abort', one);
  departure.addEventListener('abort', one);
  departure.addEventListener('abort', gone);
  departure.addEventListener('abort', { handleEvent: () => heard.push('object') });
  departure.removeEventListener('abort', gone);
  expect(() => departure.throwIfAborted()).not.toThrow();
  departure.leave();
  departure.leave();
  expect(heard).toEqual(['one', 'object']);
  expect(departure.aborted).toBe(true);
  expect(() => departure.throwIfAborted()).toThrow(expect.objectContaining({ name: 'AbortError' }));
});

it('goes on telling the others when one of them takes itself out', () => {
  const heard: string[] = [];
  const departure = new Departure();
  const first = (): void => {
    heard.push('first');
    departure.removeEventListener('abort', first);
  };
  departure.addEventListener('abort', first);
  departure.addEventListener('abort', () => heard.push('second'));
  departure.leave();
  expect(heard).toEqual(['first', 'second']);
});

it('can be had as an AbortSignal, of one that has left already too, and an AbortSignal is one', () => {
  const departure = new Departure();
  const signal = abortSignalOf(departure);
  expect(signal.aborted).toBe(false);
  departure.leave();
  expect(signal.aborted).toBe(true);
  expect(abortSignalOf(departure).aborted).toBe(true);
  const real: Leaving = new AbortController().signal;
  expect(abortSignalOf(real)).toBe(real);
  expect(abortSignalOf(undefined)).toBeUndefined();
});

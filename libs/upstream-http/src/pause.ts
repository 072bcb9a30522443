import type { CallSignal } from './call.js';

/** Resolves after so many milliseconds with true; with false as soon as nobody waits any more. */
export function pause(milliseconds: number, signal: CallSignal | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve(false);
    const leave = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', leave);
      resolve(false);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', leave);
      resolve(true);
    }, milliseconds);
    signal?.addEventListener('abort', leave);
  });
}

let second = Number.NaN;
let upToIt = '';

/**
 * `ms`, milliseconds since 1970, as Date.toISOString writes it, which takes as long as all else that is written of a small
 * answer: most times that are written lie in the second of the last one.
 */
export function isoTime(ms: number): string {
  const its = Math.floor(ms / 1000);
  if (its !== second) {
    upToIt = new Date(its * 1000).toISOString().slice(0, -4);
    second = its;
  }
  const rest = ms - its * 1000;
  if (rest >= 100) return `${upToIt}${rest}Z`;
  return rest >= 10 ? `${upToIt}0${rest}Z` : `${upToIt}00${rest}Z`;
}

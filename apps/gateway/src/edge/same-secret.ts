import { createHash, timingSafeEqual } from 'node:crypto';

/** Are both the same text? Takes the same time whatever differs. */
export function sameSecret(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}

import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `holds` answers true; fails after 20 s, far more than anything here takes, or after `withinMs`. */
export async function waitUntil(holds: () => boolean | Promise<boolean>, withinMs = 20_000): Promise<void> {
  const end = Date.now() + withinMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`Waited in vain until ${holds}`);
    await sleep(20);
  }
}

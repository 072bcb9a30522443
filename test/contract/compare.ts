import { type Flat, holdersOf } from './flatten.js';

/** Callers that were written against `contract` and would break against `ours`, told one by one. Additions are fine. */
export function differences(contract: Flat, ours: Flat, notBuilt: ReadonlySet<string>): string[] {
  const excused = (coordinate: string): boolean => [coordinate, ...holdersOf(coordinate)].some((c) => notBuilt.has(c));
  const found: string[] = [];
  for (const [coordinate, text] of contract) {
    const our = ours.get(coordinate);
    if (our === undefined && !excused(coordinate)) found.push(`${coordinate} is missing`);
    if (our !== undefined && our !== text) found.push(`${coordinate} is ${our}, the contract says ${text}`);
  }
  for (const [coordinate, text] of ours) {
    if (contract.has(coordinate) || !isDemanded(coordinate, text, ours)) continue;
    if (holdersOf(coordinate).every((holder) => contract.has(holder))) found.push(`${coordinate} is demanded anew`);
  }
  return found;
}

/** Entries of not-built-yet that have no business there any more. */
export function leftovers(
  contract: ReadonlySet<string>,
  ours: ReadonlySet<string>,
  notBuilt: readonly string[],
): string[] {
  return notBuilt.flatMap((entry) => {
    if (!contract.has(entry)) return `${entry} is not in the contract`;
    if (ours.has(entry)) return `${entry} is built`;
    if (holdersOf(entry).some((holder) => notBuilt.includes(holder))) return `${entry} stands under an entry already`;
    return [];
  });
}

/** Must whoever calls give this argument or input field a value? */
function isDemanded(coordinate: string, text: string, ours: Flat): boolean {
  const isTaken = coordinate.includes('(') || ours.get(coordinate.split('.', 1)[0]!)?.startsWith('input') === true;
  return isTaken && coordinate.includes('.') && text.endsWith('!');
}

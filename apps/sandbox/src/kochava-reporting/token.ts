import { hashText } from '../world/dice.js';

/** A signed 64-bit integer as Kochava issues them, negative ones too, most of which a float can't hold. */
export function tokenOf(name: string): string {
  const bits = (BigInt(hashText(name)) << 32n) | BigInt(hashText(`${name}/low`));
  return BigInt.asIntN(64, bits | 1n).toString();
}

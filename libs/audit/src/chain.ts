import { createHash } from 'node:crypto';

/** What the first batch of a chain follows. */
export const FIRST_PREVIOUS = '0'.repeat(64);

/** One link: a batch of rows and the batch before it. `rows`: `seq:digest` of each, in the order of seq. */
export interface Batch {
  chain: string;
  number: number;
  rowCount: number;
  rows: string[];
  previous: string;
  sealedAt: Date;
}

/** sha-256, in hex, over every field of a batch, one a line. */
export function batchHash({ chain, number, rowCount, rows, previous, sealedAt }: Batch): string {
  const lines = [previous, chain, number, rowCount, sealedAt.toISOString(), ...rows];
  return createHash('sha256').update(lines.join('\n')).digest('hex');
}

/** Takes the advisory lock under which one sealer at a time, of all replicas, adds to a chain. */
export const chainLock = (chain: string): string => `mmp-gateway audit chain ${chain}`;

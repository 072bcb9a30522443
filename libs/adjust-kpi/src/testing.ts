import type { Question } from './head.js';
import { rowsOf } from './row-batch.js';
import { RowReader } from './row-reader.js';
import type { AdjustGrouping, AdjustKpiRow } from './types.js';
import { Unreadable } from './unreadable.js';

/** A question to one app over January, by these groupings. */
export const question = (grouping: AdjustGrouping[], kpis = ['clicks', 'revenue'], appTokens = ['app1']): Question => ({
  query: { appTokens, startDate: '2026-01-01', endDate: '2026-01-31', kpis, grouping },
  grouping,
});

/** The rows that a stream of these chunks gives. */
export function streamed(chunks: Iterable<Buffer>, asked: Question, mostBuffered = 1e6): AdjustKpiRow[] {
  const reader = new RowReader(asked, mostBuffered);
  const rows: AdjustKpiRow[] = [];
  const take = () => {
    const batch = reader.take();
    if (batch) rows.push(...rowsOf(batch, reader.plan!.head, reader.plan!.app));
  };
  for (const chunk of chunks) {
    // The reader must not rely on a chunk after it has returned.
    const lent = Buffer.from(chunk);
    reader.push(lent);
    lent.fill(0x5b);
    take();
  }
  reader.finish();
  take();
  return rows;
}

export function* cut(body: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < body.length; at += size) yield body.subarray(at, at + size);
}

/** What `work` throws, which must be an Unreadable. */
export function failureOf(work: () => unknown): Unreadable {
  try {
    work();
  } catch (error) {
    if (error instanceof Unreadable) return error;
    throw error;
  }
  throw new Error('Nothing was thrown.');
}

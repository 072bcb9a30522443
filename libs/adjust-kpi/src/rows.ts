import type { Question } from './head.js';
import type { AdjustKpiRowBatch } from './row-batch.js';
import { RowReader } from './row-reader.js';
import type { AdjustApp, AdjustKpiHead } from './types.js';

/** A whole answer in batches; `rowsOf` makes rows of one. The same object where an answer is the last one again. */
export interface AdjustKpiTable {
  /** The same object as that of an answer before, mostly, where it says the same. */
  readonly head: AdjustKpiHead;
  /** The app of every row; missing where they are grouped by apps, or several are added up. */
  readonly app?: AdjustApp;
  readonly batches: readonly AdjustKpiRowBatch[];
}

/** An answer whose rows are still coming. */
export interface AdjustKpiStream {
  head: AdjustKpiHead;
  app?: AdjustApp;
  /** The whole answer, where it came in one piece and is known. It counts when `rows` have ended well. */
  table?: AdjustKpiTable;
  /** Can be read once. Throws UpstreamError where the answer breaks off; leaving the loop closes the connection. */
  rows: AsyncIterable<AdjustKpiRowBatch>;
}

/** Reads a whole body. Throws Unreadable, AdjustSaysNo. */
export function tableOf(body: Buffer, question: Question): AdjustKpiTable {
  const same = question.learned?.read(body);
  if (same) return same.table;
  const reader = new RowReader(question, Infinity);
  const batch = reader.readWhole(body);
  const { head, app } = reader.plan!;
  return { head, app, batches: batch ? [batch] : [] };
}

/** Reads up to the rows, and hands on the rest. Every failure passes `explain`, and closes the connection. */
export async function openRows(
  body: AsyncIterable<Buffer>,
  reader: RowReader,
  explain: (error: unknown) => Promise<unknown>,
): Promise<AdjustKpiStream> {
  const chunks = body[Symbol.asyncIterator]();
  let over = false;

  const advance = async (): Promise<void> => {
    try {
      const chunk = await chunks.next();
      if (chunk.done) {
        over = true;
        reader.finish();
      } else {
        reader.push(chunk.value);
      }
    } catch (error) {
      over = true;
      await chunks.return?.();
      throw await explain(error);
    }
  };

  while (!reader.plan) await advance();
  const { head, app } = reader.plan;
  const { table } = reader;
  const rows: AsyncIterableIterator<AdjustKpiRowBatch> = {
    [Symbol.asyncIterator]: () => rows,
    next: async () => {
      let batch = reader.take();
      while (!batch && !over) {
        await advance();
        batch = reader.take();
      }
      return batch ? { done: false, value: batch } : { done: true, value: undefined };
    },
    return: async () => {
      over = true;
      await chunks.return?.();
      return { done: true, value: undefined };
    },
  };
  return { head, app, table, rows };
}

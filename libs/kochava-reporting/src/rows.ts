import { CsvRowReader } from './csv-rows.js';
import { JsonRowReader } from './json-rows.js';
import type { RowBatch, RowReader, RowsOptions } from './row-batch.js';

/**
 * A report's rows while its file comes, in memory that does not grow with it: CSV (header, then rows; RFC 4180) or JSON (an
 * array of objects). Yields one batch at least, for the columns. Throws UpstreamError `malformed`, `truncated` or
 * `too-large` for what is no such file, and what `body` throws.
 */
export async function* readRows(body: AsyncIterable<Buffer>, options: RowsOptions): AsyncGenerator<RowBatch> {
  const reader: RowReader = options.format === 'csv' ? new CsvRowReader(options.from) : new JsonRowReader(options.from);
  for await (const chunk of body) yield* reader.push(chunk);
  yield* reader.finish();
}

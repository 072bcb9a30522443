import { AS_THEY_ARE, LineForm } from '../edge/table-lines.js';
import type { KpiStream } from '../kpis/kpis.service.js';
import type { ReportFormat } from '../reports/report-words.js';

/** An answer's rows as the text of a file: CSV, or a JSON array of flat objects, as Kochava's reports have. */
export async function* reportText({ layout, lines }: KpiStream, format: ReportFormat): AsyncGenerator<string> {
  if (format === 'CSV') {
    const form = new LineForm('csv', layout.columns, AS_THEY_ARE);
    yield form.head();
    for await (const piece of lines(form)) yield String(piece);
    return;
  }
  let between = '[\n';
  for await (const part of lines(new LineForm('ndjson', layout.columns, AS_THEY_ARE))) {
    const piece = String(part);
    if (piece === '') continue;
    // JSON escapes line breaks: each one here ends an object.
    yield between + piece.slice(0, -1).replaceAll('\n', ',\n');
    between = ',\n';
  }
  yield between === ',\n' ? '\n]\n' : '[]\n';
}

/** What a report holds, before it is a file. */
export interface Table {
  columns: readonly string[];
  rows: Iterable<readonly string[]>;
}

const field = (value: string): string => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value);
const line = (values: readonly string[]): string => values.map(field).join(',');

/** The report's file: CSV with a header, or an array of flat objects of texts. */
export function fileOf(table: Table, format: 'csv' | 'json'): Buffer {
  const lines: string[] = [];
  if (format === 'csv') {
    lines.push(line(table.columns));
    for (const row of table.rows) lines.push(line(row));
    return Buffer.from(`${lines.join('\n')}\n`);
  }
  for (const row of table.rows) {
    lines.push(JSON.stringify(Object.fromEntries(table.columns.map((column, index) => [column, row[index] ?? '']))));
  }
  return Buffer.from(`[${lines.join(',\n')}]`);
}

/** Only these columns, in this order; `all`, `default` or none: as they are. Names that are not there are left out. */
export function choose(table: Table, order: readonly string[]): Table {
  if (order.length === 0 || order[0] === 'all' || order[0] === 'default') return table;
  const chosen = order.filter((name) => table.columns.includes(name));
  const indexes = chosen.map((name) => table.columns.indexOf(name));
  return {
    columns: chosen,
    rows: {
      *[Symbol.iterator]() {
        for (const row of table.rows) yield indexes.map((index) => row[index] ?? '');
      },
    },
  };
}

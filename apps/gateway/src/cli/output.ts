import type { Command } from 'commander';
import type { Page, PageInput } from '#libs/tenancy';

export interface Shown {
  json?: boolean;
}

/** A command that can answer for people and for machines. */
export const answering = (command: Command): Command => command.option('--json', 'JSON instead of a table');

/** One thing, as `name  value` lines. */
export function showOne(record: object, { json }: Shown): void {
  if (json) return write(JSON.stringify(record, null, 2));
  const entries = Object.entries(record);
  const width = Math.max(...entries.map(([name]) => name.length));
  write(entries.map(([name, value]) => `${name.padEnd(width)}  ${cell(value)}`).join('\n'));
}

/** Many of a kind, as a table of `columns`. */
export function showMany(records: readonly object[], columns: readonly string[], { json }: Shown): void {
  if (json) return write(JSON.stringify(records, null, 2));
  const rows = records.map((record) => columns.map((name) => cell((record as Record<string, unknown>)[name])));
  const lines = [columns.map((name) => name.replace(/[A-Z]/g, ' $&').toUpperCase()), ...rows];
  const widths = columns.map((_, at) => Math.max(...lines.map((line) => line[at]!.length)));
  write(
    lines
      .map((line) =>
        line
          .map((text, at) => text.padEnd(widths[at]!))
          .join('  ')
          .trimEnd(),
      )
      .join('\n'),
  );
}

/** Every page of a list. */
export async function everyPage<T>(read: (page: PageInput) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  let after: string | null = null;
  do {
    const { nodes, pageInfo } = await read({ first: 200, after });
    all.push(...nodes);
    after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
  } while (after);
  return all;
}

/** For people, beside what a machine reads. */
export const remark = (text: string): void => void process.stderr.write(`${text}\n`);

const write = (text: string): void => void process.stdout.write(`${text}\n`);

function cell(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(cell).join(',') || '-';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

import type { Readable, Writable } from 'node:stream';
import type { Command } from 'commander';
import type { Page, PageInput } from '#libs/tenancy';

/** Where a run reads and writes. */
export interface Io {
  stdin: Readable & { isTTY?: boolean };
  /** A terminal says how wide it is. */
  stdout: Writable & { columns?: number };
  stderr: Writable;
}

export interface Shown {
  json?: boolean;
}

/** A command that can answer for people and for machines. */
export const answering = (command: Command): Command => command.option('--json', 'JSON instead of a table');

/** Writes answers to where this run's go. */
export class Printer {
  constructor(private readonly io: Pick<Io, 'stdout' | 'stderr'>) {}

  /** One thing, as `name  value` lines. */
  one(record: object, { json }: Shown): void {
    if (json) return this.write(JSON.stringify(record, null, 2));
    const entries = Object.entries(record);
    const width = Math.max(...entries.map(([name]) => name.length));
    this.write(entries.map(([name, value]) => `${name.padEnd(width)}  ${cell(value)}`).join('\n'));
  }

  /** Many of a kind, as a table of `columns`; one below the other where the terminal is too narrow for that. */
  many(records: readonly object[], columns: readonly string[], { json }: Shown): void {
    if (json) return this.write(JSON.stringify(records, null, 2));
    const rows = records.map((record) => columns.map((name) => cell((record as Record<string, unknown>)[name])));
    const heads = columns.map((name) => name.replace(/[A-Z]/g, ' $&').toUpperCase());
    const table = tableOf([heads, ...rows]);
    const room = this.io.stdout.columns ?? Infinity;
    const fits = rows.length === 0 || table.every((line) => line.length <= room);
    this.write(fits ? table.join('\n') : rows.map((row) => blockOf(heads, row, room)).join('\n\n'));
  }

  /** For people, beside what a machine reads. */
  remark(text: string): void {
    this.io.stderr.write(`${text}\n`);
  }

  private write(text: string): void {
    this.io.stdout.write(`${text}\n`);
  }
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

function tableOf(lines: readonly string[][]): string[] {
  const widths = lines[0]!.map((_, at) => Math.max(...lines.map((line) => line[at]!.length)));
  return lines.map((line) =>
    line
      .map((text, at) => text.padEnd(widths[at]!))
      .join('  ')
      .trimEnd(),
  );
}

/** Lists go on in the next line where they are longer than the terminal is wide. */
function blockOf(heads: readonly string[], row: readonly string[], room: number): string {
  const width = Math.max(...heads.map((head) => head.length)) + 2;
  return heads.map((head, at) => head.padEnd(width) + broken(row[at]!, room - width, width)).join('\n');
}

function broken(text: string, room: number, indent: number): string {
  const lines = [''];
  for (const part of text.split(/(?<=,)/)) {
    const last = lines.length - 1;
    if (lines[last] !== '' && lines[last]!.length + part.length > room) lines.push(part);
    else lines[last] += part;
  }
  return lines.join(`\n${' '.repeat(indent)}`);
}

function cell(value: unknown): string {
  if (value === null || value === undefined) return '-';
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(cell).join(',') || '-';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

export type Cell = string | number | boolean | null;

export interface TableOptions {
  /** A byte order mark before the CSV, for Excel. */
  bom: boolean;
  /** CSV headings in English. */
  humanReadable: boolean;
  /** Text cells as they are, also those that a spreadsheet would run as a formula. */
  raw: boolean;
}

/** Cells unchanged, for what is no spreadsheet's: JSON, and files that are served as tables later. */
export const AS_THEY_ARE: TableOptions = { bom: false, humanReadable: false, raw: true };

/** How rows of one table are written as lines: CSV (RFC 4180), NDJSON, or JSON objects with a comma behind each. */
export class LineForm {
  /** What stands before each cell, its key at NDJSON. */
  readonly before: readonly string[];
  /** What ends a line. */
  readonly end: string;
  /** An empty cell. */
  readonly nothing: string;

  constructor(
    readonly format: 'csv' | 'ndjson' | 'list',
    readonly columns: readonly { readonly name: string }[],
    private readonly options: TableOptions,
  ) {
    const isCsv = format === 'csv';
    this.before = columns.map(({ name }, index) =>
      isCsv ? (index > 0 ? ',' : '') : `${index > 0 ? ',' : '{'}${JSON.stringify(name)}:`,
    );
    this.end = isCsv ? '\n' : format === 'list' ? '},' : '}\n';
    this.nothing = isCsv ? '' : 'null';
  }

  /** Whole tables of the same columns that are written in forms of one name are the same. */
  get name(): string {
    const { bom, humanReadable, raw } = this.options;
    return `${this.format} ${bom} ${humanReadable} ${raw}`;
  }

  /** Are lines of one also lines of the other? */
  isLike(other: LineForm): boolean {
    if (this === other) return true;
    return this.format === other.format && this.columns === other.columns && this.options.raw === other.options.raw;
  }

  /** The first line of CSV, a byte order mark before it if so asked; the others have none. */
  head(): string {
    if (this.format !== 'csv') return '';
    const names = this.columns.map(({ name }) =>
      csvText(this.options.humanReadable ? inEnglish(name) : name, this.options.raw),
    );
    return `${this.options.bom ? '\uFEFF' : ''}${names.join(',')}\n`;
  }

  cell(value: Cell | undefined): string {
    if (typeof value === 'string')
      return this.format === 'csv' ? csvText(value, this.options.raw) : JSON.stringify(value);
    return value === null || value === undefined ? this.nothing : String(value);
  }

  line(row: readonly Cell[]): string {
    let line = '';
    for (let index = 0; index < row.length; index++) line += this.before[index] + this.cell(row[index]);
    return line + this.end;
  }
}

/** The lines of rows that come in batches, a text of whole lines at a time: a slow vendor's rows do not wait for more. */
export function linesOf(
  batches: AsyncIterable<readonly (readonly Cell[])[]>,
): (form: LineForm) => AsyncGenerator<string> {
  return async function* lines(form) {
    for await (const batch of batches) {
      let piece = '';
      for (const row of batch) {
        piece += form.line(row);
        if (piece.length >= PIECE_LENGTH) {
          yield piece;
          piece = '';
        }
      }
      if (piece) yield piece;
    }
  };
}

const PIECE_LENGTH = 64 * 1024;

/** What a spreadsheet takes for the start of a formula. Numbers are numbers here, so a text of this kind is none. */
const FORMULA = /^[=+\-@\t\r]/;
const QUOTED = /[",\n\r]/;

/** RFC 4180. A text that a spreadsheet would run is made inert by an apostrophe before it. */
function csvText(text: string, raw: boolean): string {
  const safe = !raw && FORMULA.test(text) ? `'${text}` : text;
  return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

const WORDS: Record<string, string> = {
  os_name: 'OS Name',
  id: 'ID',
  ctr: 'CTR',
  ecpi: 'eCPI',
  roas: 'ROAS',
  daus: 'Daily Active Users',
  waus: 'Weekly Active Users',
  maus: 'Monthly Active Users',
};

function inEnglish(name: string): string {
  if (WORDS[name]) return WORDS[name];
  return name
    .split('_')
    .map((word) => WORDS[word] ?? word.charAt(0).toUpperCase() + word.slice(1))
    .join(' ');
}

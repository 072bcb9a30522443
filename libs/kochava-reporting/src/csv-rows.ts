import { isAscii } from 'node:buffer';
import { brokenFile } from './broken-file.js';
import { MOST_ROW_BYTES, PATIENT_FROM, type RowBatch, type RowReader, type RowsOptions } from './row-batch.js';

const CR = 13;
/** What a line can't hold that is as plain as its cells. */
// eslint-disable-next-line no-control-regex
const NOT_PLAIN = /["\\\u0000-\u0009\u000b-\u001f\u007f]|\n\n/;
const BOM = '\u00ef\u00bb\u00bf';

const utf8 = (bytes: string): string =>
  /[\x80-\xff]/.test(bytes) ? Buffer.from(bytes, 'latin1').toString('utf8') : bytes;

/**
 * CSV as RFC 4180 has it. Bytes are held as latin1, one character each, so that places in the text are offsets in the file;
 * a line without quotes, which most are, is then split by the engine. Lenient in one point: a quote inside a field that
 * does not begin with one stands for itself.
 */
export class CsvRowReader implements RowReader {
  #columns: readonly string[] | undefined;
  #text = '';
  /** Offset in the file of the text's first character. */
  #offset: number;
  #ascii = true;
  #tryFrom = 0;
  #told = false;
  #line = 0;

  constructor(from?: RowsOptions['from']) {
    this.#columns = from?.columns;
    this.#offset = from?.offset ?? 0;
  }

  push(chunk: Buffer): RowBatch[] {
    if (!isAscii(chunk)) this.#ascii = false;
    this.#text += chunk.toString('latin1');
    return this.#text.length < this.#tryFrom ? [] : this.#read(false);
  }

  finish(): RowBatch[] {
    const batches = this.#read(true);
    if (!this.#columns) throw brokenFile('it is empty, without even a header');
    if (!this.#told) batches.push({ columns: this.#columns, rows: [], offsets: [] });
    return batches;
  }

  #read(final: boolean): RowBatch[] {
    const rows: string[][] = [];
    const offsets: number[] = [];
    const [text, ascii] = [this.#text, this.#ascii];
    let pos = this.#offset === 0 && !this.#columns && text.startsWith(BOM) ? BOM.length : 0;
    // Less than a BOM can't be told from one.
    if (!final && text.length < BOM.length) return [];
    let quote = text.indexOf('"', pos);
    let rowsFrom = -1;
    while (pos < text.length) {
      let newline = text.indexOf('\n', pos);
      if (quote !== -1 && quote < pos) quote = text.indexOf('"', pos);
      let fields: string[];
      let next: number;
      if (quote === -1 || (newline !== -1 && quote > newline)) {
        if (newline === -1 && !final) break;
        if (newline === -1) newline = text.length;
        next = newline + 1;
        const end = newline > pos && text.charCodeAt(newline - 1) === CR ? newline - 1 : newline;
        const line = text.slice(pos, end);
        fields = (ascii ? line : utf8(line)).split(',');
      } else {
        const quoted = readQuoted(text, pos, final);
        if (!quoted) break;
        next = quoted.next;
        fields = ascii ? quoted.fields : quoted.fields.map(utf8);
      }
      this.#line++;
      const blank = fields.length === 1 && fields[0] === '';
      if (!this.#columns) {
        if (!blank) this.#columns = headerOf(fields);
      } else if (fields.length === this.#columns.length) {
        if (rowsFrom === -1) rowsFrom = pos;
        rows.push(fields);
        offsets.push(this.#offset + pos);
      } else if (!blank) {
        const [has, wanted] = [fields.length, this.#columns.length];
        throw brokenFile(`row ${this.#line} of what was read has ${has} fields where the header has ${wanted}`);
      }
      pos = next;
    }
    this.#keep(pos);
    if (rows.length === 0 || !this.#columns) return [];
    this.#told = true;
    const lines = ascii ? text.slice(rowsFrom, pos) : '';
    const isPlain = lines.endsWith('\n') && !lines.startsWith('\n') && !NOT_PLAIN.test(lines);
    return [{ columns: this.#columns, rows, offsets, ...(isPlain && { source: lines }) }];
  }

  /** What is left is the beginning of a row. */
  #keep(pos: number): void {
    this.#text = this.#text.slice(pos);
    this.#offset += pos;
    const left = this.#text.length;
    if (left === 0) this.#ascii = true;
    if (left > MOST_ROW_BYTES) throw brokenFile(`a row of it has more than ${MOST_ROW_BYTES} bytes`, 'too-large');
    this.#tryFrom = left > PATIENT_FROM ? 2 * left : 0;
  }
}

/** A row with quotes in it; undefined where more of it must come. */
function readQuoted(text: string, from: number, final: boolean): { fields: string[]; next: number } | undefined {
  const fields: string[] = [];
  for (let pos = from; ;) {
    let end: number;
    if (text[pos] === '"') {
      let value = '';
      for (let begin = pos + 1; ;) {
        const quote = text.indexOf('"', begin);
        if (quote === -1 && final) throw brokenFile('a quoted field of it never ends', 'truncated');
        // At the very end the quote may be the first of two.
        if (quote === -1 || (quote + 1 === text.length && !final)) return undefined;
        value += text.slice(begin, quote);
        end = quote + 1;
        if (text[end] !== '"') break;
        value += '"';
        begin = end + 1;
      }
      fields.push(value);
      if (text[end] === '\r' && (text[end + 1] === '\n' || end + 1 === text.length)) end++;
    } else {
      const comma = text.indexOf(',', pos);
      const newline = text.indexOf('\n', pos);
      end = comma === -1 ? newline : newline === -1 ? comma : Math.min(comma, newline);
      if (end === -1) end = text.length;
      const cut = text[end] !== ',' && end > pos && text.charCodeAt(end - 1) === CR ? end - 1 : end;
      fields.push(text.slice(pos, cut));
    }
    if (end >= text.length) return final ? { fields, next: end } : undefined;
    if (text[end] === '\n') return { fields, next: end + 1 };
    if (text[end] !== ',') throw brokenFile('something follows the closing quote of a field of it');
    pos = end + 1;
  }
}

/** SQL may select two columns of one name: each gets a name of its own. */
function headerOf(fields: readonly string[]): string[] {
  if (fields[0]?.trimStart().startsWith('<')) throw brokenFile('it is a page or XML, no CSV');
  const seen = new Map<string, number>();
  return fields.map((field) => {
    const count = (seen.get(field) ?? 0) + 1;
    seen.set(field, count);
    return count === 1 ? field : `${field}_${count}`;
  });
}

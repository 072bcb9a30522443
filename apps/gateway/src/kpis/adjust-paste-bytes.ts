import type { AdjustCell, AdjustKpiRowBatch } from '#libs/adjust-kpi';
import type { LineForm } from '../edge/table-lines.js';
import type { KpiLayout } from './kpi-layout.js';

const COMMA = 0x2c;
const LINE_FEED = 0x0a;

/** Everything of one form that is written again and again. */
interface Pieces {
  readonly form: LineForm;
  /** By the last cell of a row: what stands there for it. */
  readonly cells: Map<AdjustCell, Buffer>;
  /** By a row's currency: what stands between its last cell and its values. */
  readonly currencies: Map<string, Buffer>;
  /** What stands before each value but the first. */
  readonly keys: readonly Buffer[];
  readonly end: Buffer;
  /** Bytes that keys and end add to a row's values. */
  readonly around: number;
}

/**
 * NDJSON of an answer's own bytes. Its keys make it several times as long as the answer: to put it together as a text, and
 * to encode that, costs more than to read the answer.
 */
export class AdjustPasteBytes {
  private pieces?: Pieces;

  /** `textOf`: the cells of one node of a level, each with what stands before it. `mostMade`: nodes that are remembered. */
  constructor(
    private readonly layout: KpiLayout,
    private readonly lastLevel: number,
    private readonly mostMade: number,
    private readonly textOf: (level: number, cell: AdjustCell, form: LineForm) => string,
  ) {}

  /** The lines of a batch, in UTF-8. */
  lines({ groups, last, text }: AdjustKpiRowBatch, currencies: readonly string[] | undefined, form: LineForm): Buffer {
    const pieces = this.piecesOf(form);
    const { keys, end } = pieces;
    const cells = last.map((cell) => this.cellOf(cell, pieces));
    const between = last.map((_, row) => this.currencyOf(currencies?.[row] || null, pieces));
    const befores = groups.map((group) => this.beforeOf(group.cells, form));
    let size = text.length + last.length * pieces.around;
    for (let row = 0; row < last.length; row++) size += cells[row]!.length + between[row]!.length;
    let row = 0;
    for (let group = 0; group < groups.length; group++) {
      size += (groups[group]!.end - row) * befores[group]!.length;
      row = groups[group]!.end;
    }
    const lines = Buffer.allocUnsafe(size);
    let at = 0;
    let from = 0;
    row = 0;
    for (let group = 0; group < groups.length; group++) {
      const before = befores[group]!;
      for (; row < groups[group]!.end; row++) {
        lines.set(before, at);
        at += before.length;
        lines.set(cells[row]!, at);
        at = put(between[row]!, lines, at + cells[row]!.length);
        let metric = 0;
        for (let byte = text[from++]!; byte !== LINE_FEED; byte = text[from++]!) {
          if (byte === COMMA) at = put(keys[metric++]!, lines, at);
          else lines[at++] = byte;
        }
        at = put(end, lines, at);
      }
    }
    return lines;
  }

  private piecesOf(form: LineForm): Pieces {
    if (this.pieces?.form.isLike(form)) return this.pieces;
    const keys = form.before.slice(this.layout.firstMetricAt + 1).map((key) => Buffer.from(key));
    const end = Buffer.from(form.end);
    // A comma and a line feed of the values make room for a key and the end each.
    const around = keys.reduce((sum, key) => sum + key.length - 1, end.length - 1);
    return (this.pieces = { form, cells: new Map(), currencies: new Map(), keys, end, around });
  }

  private beforeOf(cells: readonly AdjustCell[], form: LineForm): Buffer {
    let before = form.before[0] + form.cell('ADJUST');
    for (let level = 0; level < this.lastLevel; level++) before += this.textOf(level, cells[level]!, form);
    return Buffer.from(before);
  }

  private cellOf(cell: AdjustCell, { cells, form }: Pieces): Buffer {
    let bytes = cells.get(cell);
    if (bytes) return bytes;
    // Streams go on for ever: what was made of their cells must not.
    if (cells.size >= this.mostMade) cells.clear();
    cells.set(cell, (bytes = Buffer.from(this.textOf(this.lastLevel, cell, form))));
    return bytes;
  }

  private currencyOf(currency: string | null, { currencies, form }: Pieces): Buffer {
    let bytes = currencies.get(currency ?? '');
    if (bytes) return bytes;
    const { currencyAt, firstMetricAt } = this.layout;
    const told = currencyAt === undefined ? '' : form.before[currencyAt] + form.cell(currency);
    if (currencies.size >= this.mostMade) currencies.clear();
    currencies.set(currency ?? '', (bytes = Buffer.from(told + form.before[firstMetricAt]!)));
    return bytes;
  }
}

/** A few bytes: to hand them to `set` would cost more. */
function put(bytes: Buffer, target: Buffer, at: number): number {
  for (let index = 0; index < bytes.length; index++) target[at + index] = bytes[index]!;
  return at + bytes.length;
}

import type { KpiCells } from './kpi-layout.js';

const [ZERO, NINE, COMMA, LINE_FEED, MINUS] = [0x30, 0x39, 0x2c, 0x0a, 0x2d];
/** Whole numbers of so many digits can be added up digit by digit, exactly. */
const MOST_DIGITS = 15;

/**
 * Puts the values of `text`, a row's closed by a line feed, into `rows`, from the column `first` on. Each is a JSON number
 * or `null`; null is also what is too large for a number. Most are whole numbers, which are read by hand: JSON.parse takes three times as long.
 */
export function numbersInto(rows: readonly KpiCells[], first: number, text: Buffer): void {
  let at = 0;
  for (const cells of rows) {
    let column = first;
    for (let end = COMMA; end !== LINE_FEED; at++) {
      const from = at;
      const negative = text[at] === MINUS;
      if (negative) at++;
      let value = 0;
      let byte = text[at]!;
      while (byte >= ZERO && byte <= NINE) {
        value = value * 10 + (byte - ZERO);
        byte = text[++at]!;
      }
      if ((byte === COMMA || byte === LINE_FEED) && at - from <= MOST_DIGITS) {
        cells[column++] = negative ? -value : value;
      } else {
        while (byte !== COMMA && byte !== LINE_FEED) byte = text[++at]!;
        const number = JSON.parse(text.toString('latin1', from, at)) as number | null;
        // Of 1e400 comes Infinity, which GraphQL fails a whole answer for.
        cells[column++] = Number.isFinite(number) ? number : null;
      }
      end = byte;
    }
  }
}

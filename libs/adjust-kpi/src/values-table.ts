/**
 * The grammar of `12,3,4.5,null]` as a table: `next[(state << 8) | byte]`. It passes only what can be pasted: JSON
 * numbers and nulls between commas, and white space for the loop to leave out; whatever else, well formed or not, is
 * `OTHER`.
 */
export const START = 0;
/** A comma was read; a value must follow. */
export const COMMA = 1;
/** States with this bit are inside a null. */
export const NULL_BIT = 16;
/** States from here on end the loop. */
export const STOP = 32;
export const CLOSED = 32;
export const OTHER = 33;

const [MINUS, ZERO, WHOLE, POINT, FRACTION, E, SIGN, EXPONENT] = [2, 3, 4, 5, 6, 7, 8, 9];
const [COMMA_SPACE, VALUE_SPACE] = [10, 11];
const [N, NU, NUL, NULL] = [16, 17, 18, 19];
const DIGITS = '0123456789';

function table(): Uint8Array {
  const next = new Uint8Array(STOP << 8).fill(OTHER);
  const go = (from: number[], characters: string, to: number) => {
    for (const state of from) for (const character of characters) next[(state << 8) | character.charCodeAt(0)] = to;
  };
  const before = [START, COMMA, COMMA_SPACE];
  const after = [ZERO, WHOLE, FRACTION, EXPONENT, NULL, VALUE_SPACE];
  const space = ' \n\r\t';
  go(before, '-', MINUS);
  go([...before, MINUS], '0', ZERO);
  go([...before, MINUS], '123456789', WHOLE);
  go([WHOLE], DIGITS, WHOLE);
  go([ZERO, WHOLE], '.', POINT);
  go([POINT, FRACTION], DIGITS, FRACTION);
  go([ZERO, WHOLE, FRACTION], 'eE', E);
  go([E], '+-', SIGN);
  go([E, SIGN, EXPONENT], DIGITS, EXPONENT);
  go(before, 'n', N);
  go([N], 'u', NU);
  go([NU], 'l', NUL);
  go([NUL], 'l', NULL);
  go(after, ',', COMMA);
  go(after, ']', CLOSED);
  go([START], space, START);
  go([COMMA, COMMA_SPACE], space, COMMA_SPACE);
  go(after, space, VALUE_SPACE);
  return next;
}

export const VALUES: Uint8Array = table();

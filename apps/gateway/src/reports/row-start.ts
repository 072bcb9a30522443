import { badInput, type GatewayError } from '#libs/domain';

const LF = 0x0a;
const OPEN_OBJECT = 0x7b;
/** What may stand before an object of a JSON array. */
const BEFORE_OBJECT = new Set(Buffer.from('[, \t\r\n'));

/**
 * A file from a row on. `body` begins a byte before it, which tells whether a row begins there: a cursor that was made up
 * would read parts of rows as rows. Throws BAD_USER_INPUT where none does, or the file ends before.
 */
export async function* fromRowStart(body: AsyncIterable<Buffer>, format: 'csv' | 'json'): AsyncGenerator<Buffer> {
  let head: Buffer | undefined;
  let begun = false;
  for await (const chunk of body) {
    if (begun) {
      yield chunk;
      continue;
    }
    head = head ? Buffer.concat([head, chunk]) : chunk;
    if (head.length < 2) continue;
    if (!isRowStart(head[0]!, head[1]!, format)) throw noCursor();
    begun = true;
    yield head.subarray(1);
  }
  if (!begun) throw noCursor();
}

const isRowStart = (before: number, first: number, format: 'csv' | 'json'): boolean =>
  format === 'csv' ? before === LF : BEFORE_OBJECT.has(before) && first === OPEN_OBJECT;

/** For `after` that no page has answered. */
export const noCursor = (): GatewayError =>
  badInput([{ pointer: '/after', detail: 'is not a cursor of these rows: pass an endCursor as it was answered' }]);

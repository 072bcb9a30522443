import { Prisma } from '#libs/database';
import type { NewRow } from './new-row.js';

/** Columns of audit_rows that a row is made of, in the order in which its digest covers them. */
const COLUMNS: readonly (readonly [name: keyof NewRow, type: string])[] = [
  ['id', 'uuid'],
  ['chain', 'text'],
  ['kind', 'text'],
  ['intent_id', 'uuid'],
  ['at', 'timestamptz'],
  ['key_id', 'uuid'],
  ['key_name', 'text'],
  ['edge', 'text'],
  ['action', 'text'],
  ['app_id', 'uuid'],
  ['resource', 'text'],
  ['vendor', 'text'],
  ['outcome', 'text'],
  ['code', 'text'],
  ['upstream_status', 'int'],
  ['duration_ms', 'int'],
  ['request_id', 'text'],
  ['request', 'json'],
  ['before', 'json'],
  ['after', 'json'],
];

const names = COLUMNS.map(([name]) => `"${name}"`).join(', ');
// The three JSON values travel as text and are cast, so that their text is kept as it was redacted.
const values = COLUMNS.map(([name, type]) => (type === 'json' ? `new."${name}"::json` : `new."${name}"`)).join(', ');
const shape = COLUMNS.map(([name, type]) => `"${name}" ${type === 'json' ? 'text' : type}`).join(', ');

const asText = ([name, type]: readonly [string, string]): string =>
  type === 'timestamptz' ? `(extract(epoch FROM r."${name}") * 1000)::bigint::text` : `r."${name}"::text`;

/** Each field's length in bytes, a colon and the field, or `-` where it is null: no two rows read the same. */
const netstrings = [`r.seq::text`, ...COLUMNS.map(asText)]
  .map((text) => `coalesce(octet_length(${text}) || ':' || ${text}, '-')`)
  .join(' || ');

/** Of `audit_rows AS r`: sha-256 over every column, in hex. Reckoned where the row is, so that none travels for it. */
export const ROW_DIGEST = Prisma.raw(`encode(sha256(convert_to(${netstrings}, 'UTF8')), 'hex')`);

/** A row as JSON, as insertRows takes it. Rows wait in memory in this form: for the collector a text is one object. */
export const rowText = (row: NewRow): string => rowPieces(row, NONE)[0]!;

/** As rowText, without the values of `open`: what stands before, between and behind them. */
export function rowPieces(row: NewRow, open: ReadonlySet<keyof NewRow>): string[] {
  const pieces: string[] = [];
  let text = '';
  let before = '{';
  for (const [name] of COLUMNS) {
    const value = row[name];
    // What a record does not name is null.
    if (value === null && !open.has(name)) continue;
    text += `${before}"${name}":`;
    before = ',';
    if (open.has(name)) {
      pieces.push(text);
      text = '';
    } else text += JSON.stringify(value);
  }
  return [...pieces, `${text}}`];
}

const NONE: ReadonlySet<keyof NewRow> = new Set();

/**
 * One statement that inserts `rows`, sealed into `batch` or not yet. A row that is there already is left as it is: a
 * commit whose answer was lost may be repeated. `first` is a WITH clause, `only` a condition on its outcome.
 */
export function insertRows(
  rows: readonly string[],
  { batch, first = Prisma.empty, only = Prisma.empty }: { batch?: number; first?: Prisma.Sql; only?: Prisma.Sql } = {},
): Prisma.Sql {
  return Prisma.sql`${first} INSERT INTO audit_rows AS r (${Prisma.raw(names)}, batch)
    SELECT ${Prisma.raw(values)}, ${batch ?? null}::int
    FROM json_to_recordset(${`[${rows.join(',')}]`}::json) AS new(${Prisma.raw(shape)}) ${only}
    ON CONFLICT (id) DO NOTHING`;
}

/**
 * `change`, an INSERT or UPDATE of `audit_rows AS r`, answering `seq:digest` of each row that it touched in one text, one
 * a line: as rows of their own they would cost the gateway more than the digests themselves.
 */
export function digesting(change: Prisma.Sql): Prisma.Sql {
  return Prisma.sql`WITH changed AS (${change} RETURNING r.seq || ':' || ${ROW_DIGEST} AS line)
    SELECT coalesce(string_agg(line, E'\n'), '') AS lines FROM changed`;
}

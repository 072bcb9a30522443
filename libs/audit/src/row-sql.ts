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

/** What rows of the same read by the same key differ in. */
const OWN = ['id', 'at', 'duration_ms', 'request_id'] as const satisfies readonly (keyof NewRow)[];

/** An event that differs from others in OWN alone. */
export interface AlikeEvent {
  /** All the rest of its row, as JSON: the same text for all of them. */
  readonly like: string;
  /** OWN, as the inside of a JSON object. */
  readonly own: string;
}

/** A row that waits in memory, as JSON: for the collector a text is one object. */
export type EventText = string | AlikeEvent;

/** A row as JSON, as insertRows takes it. What a record does not name is null. */
export const rowText = (row: NewRow): string =>
  JSON.stringify(Object.fromEntries(COLUMNS.flatMap(([name]) => (row[name] === null ? [] : [[name, row[name]]]))));

/** What AlikeEvents of `row` are like. */
export const likeOf = (row: NewRow): string => rowText({ ...row, ...NOTHING } as NewRow);

const NOTHING = Object.fromEntries(OWN.map((name) => [name, null]));

/**
 * One statement that inserts `rows`, not sealed yet. A row that is there already is left as it is: a
 * commit whose answer was lost may be repeated. `first` is a WITH clause, `only` a condition on its outcome.
 */
export function insertRows(
  rows: readonly string[],
  { first = Prisma.empty, only = Prisma.empty }: { first?: Prisma.Sql; only?: Prisma.Sql } = {},
): Prisma.Sql {
  return Prisma.sql`${first} INSERT INTO audit_rows AS r (${Prisma.raw(names)}, batch)
    SELECT ${Prisma.raw(values)}, NULL::int
    FROM json_to_recordset(${`[${rows.join(',')}]`}::json) AS new(${Prisma.raw(shape)}) ${only}
    ON CONFLICT (id) DO NOTHING`;
}

const own = new Set<string>(OWN);
const ownShape = COLUMNS.flatMap(([name, type]) => (own.has(name) ? [`"${name}" ${type}`] : [])).join(', ');
const ownNames = COLUMNS.flatMap(([name]) => (own.has(name) ? [`"${name}"`] : [])).join(', ');
const eventValues = COLUMNS.map(([name, type]) => {
  if (own.has(name)) return `coalesce(own."${name}", alike."${name}")`;
  return type === 'json' ? `alike."${name}"::json` : `alike."${name}"`;
}).join(', ');

/**
 * As insertRows, of events, in their order, sealed into `batch`. What many of them have in common travels once: it is most
 * of each, and is written and read several times on its way.
 */
export function insertEvents(events: readonly EventText[], batch: number): Prisma.Sql {
  const numbers = new Map<string, number>();
  const rows = events.map((event) => {
    const like = typeof event === 'string' ? event : event.like;
    let number = numbers.get(like);
    if (number === undefined) numbers.set(like, (number = numbers.size));
    return typeof event === 'string' ? `{"n":${number}}` : `{"n":${number},${event.own}}`;
  });
  const alike = [...numbers].map(([like, number]) => `{"n":${number},${like.slice(1)}`);
  return Prisma.sql`INSERT INTO audit_rows AS r (${Prisma.raw(names)}, batch)
    SELECT ${Prisma.raw(eventValues)}, ${batch}::int
    FROM ROWS FROM (json_to_recordset(${`[${rows.join()}]`}::json) AS (n int, ${Prisma.raw(ownShape)}))
      WITH ORDINALITY AS own(n, ${Prisma.raw(ownNames)}, place)
    JOIN json_to_recordset(${`[${alike.join()}]`}::json) AS alike(n int, ${Prisma.raw(shape)}) ON alike.n = own.n
    ORDER BY own.place
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

import { badInput, type FieldError, GatewayError } from '#libs/domain';
import { strictJson } from './strict-json.js';

/** `{...}` of a caller's JSON, as it is sent on. */
export type JsonFields = Readonly<Record<string, unknown>>;

export const isFields = (value: unknown): value is JsonFields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A vendor's id: digits alone. Other spellings of a number (`024171`, `24171.0`, `24171x`) are a server's to read in its own way. */
export const VENDOR_ID = /^[1-9]\d{0,18}$/;

/** The JSON object that was sent; undefined for an empty body. BAD_USER_INPUT for anything else. */
export function fieldsIn(body: string): JsonFields | undefined {
  const text = body.replace(/^\uFEFF/, '').trim();
  if (text === '') return undefined;
  const value = strictJson(text);
  if (!isFields(value)) throw new GatewayError('BAD_USER_INPUT', 'The body must be one JSON object.');
  return value;
}

/** What stands under `name`, in whatever case: `strictJson` has seen to it that it stands there once. */
export const valueOf = (fields: JsonFields, name: string): unknown =>
  Object.entries(fields).find(([key]) => key.trim().toLowerCase() === name)?.[1];

/** The id under `name`; undefined where none is given. BAD_USER_INPUT where servers may differ on which one it is. */
export function idOf(fields: JsonFields, name: string, within = ''): string | undefined {
  return readId(valueOf(fields, name) ?? undefined, `${within}/${name}`);
}

/** As `idOf`, of what stands at `pointer`. */
export function readId(value: unknown, pointer: string): string | undefined {
  if (value === undefined) return undefined;
  const text = typeof value === 'number' || typeof value === 'string' ? String(value) : '';
  if (!VENDOR_ID.test(text)) throw badInput([{ pointer, detail: 'must be a whole number' }]);
  return text;
}

/** Every id under `name`, wherever in the body it stands. BAD_USER_INPUT as for `idOf`. */
export function idsNamed(value: unknown, name: string, pointer = ''): string[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => idsNamed(item, name, `${pointer}/${index}`));
  if (!isFields(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) =>
    key.trim().toLowerCase() === name
      ? (readId(inner ?? undefined, `${pointer}/${name}`) ?? [])
      : idsNamed(inner, name, `${pointer}/${key.slice(0, 50)}`),
  );
}

/** BAD_USER_INPUT where the body names something else under `name` than the path does. */
export function mustAgree(fields: JsonFields | undefined, name: string, named: string): void {
  const inBody = fields && idOf(fields, name);
  if (inBody !== undefined && inBody !== named) refuse(name, `is ${inBody}, and the path leads to ${named}`);
}

/** BAD_USER_INPUT where `name` is given at all. */
export function mustLack(fields: JsonFields | undefined, name: string, detail: string): void {
  if (fields && (valueOf(fields, name) ?? undefined) !== undefined) refuse(name, detail);
}

/** BAD_USER_INPUT for a body that says anything, at an endpoint that takes none. */
export function mustBeEmpty(body: string): void {
  const names = Object.keys(fieldsIn(body) ?? {});
  if (names.length > 0) {
    throw badInput(
      names.map((name): FieldError => ({ pointer: `/${name.slice(0, 50)}`, detail: 'is not taken here' })),
    );
  }
}

function refuse(name: string, detail: string): never {
  throw badInput([{ pointer: `/${name}`, detail }]);
}

import { createHash } from 'node:crypto';

/** The JSON of `value` with the names of every object sorted: the same for two spellings of one request. */
export function canonicalJson(value: unknown): string {
  return (
    JSON.stringify(value, (_name, inner: unknown) => {
      if (typeof inner === 'bigint') return String(inner);
      if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner;
      const sorted = Object.create(null) as Record<string, unknown>;
      for (const name of Object.keys(inner).sort()) {
        // Names that look like numbers would jump to the front whatever the order: a prefix keeps them in line.
        sorted[`.${name}`] = (inner as Record<string, unknown>)[name];
      }
      return sorted;
    }) ?? 'null'
  );
}

export const requestHash = (request: unknown): string =>
  createHash('sha256').update(canonicalJson(request)).digest('hex');

/** JSON in which an integer too large for a number is text, rather than an error. */
export const toJson = (value: unknown): string =>
  JSON.stringify(value, (_name, inner: unknown) => (typeof inner === 'bigint' ? String(inner) : inner)) ?? 'null';

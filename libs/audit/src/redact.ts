import { createHash } from 'node:crypto';
import { cleanText, isPlain, shortText } from './clean-text.js';

/** Most bytes of JSON that one of request, before and after may take in a row. */
export const MOST_BYTES = 16_384;
const MOST_TEXT = 2_000;
const MOST_DEPTH = 32;

/** Names, in lower case without separators, whose value is a secret wherever it stands. */
const SECRET_NAMES = new Set([
  'secret',
  'clientsecret',
  'password',
  'passwd',
  'passphrase',
  'key',
  'apikey',
  'secretkey',
  'accesskey',
  'accesskeyid',
  'secretaccesskey',
  'privatekey',
  'authenticationkey',
  'authkey',
  'token',
  'usertoken',
  'apitoken',
  'accesstoken',
  'refreshtoken',
  'authtoken',
  'sessiontoken',
  'bearer',
  'authorization',
  'credential',
  'credentials',
  'cookie',
]);

/** Objects whose every value is a partner's own and may be a key of theirs: the context of a postback. */
const OPAQUE_NAMES = new Set(['context']);

const plain = (name: string): string => name.toLowerCase().replace(/[^a-z0-9]/g, '');

/** What stands in the log in a secret's place: tells two values apart, and does not give either away. */
export function fingerprint(value: string): string {
  return `sha256:${createHash('sha256').update(value).digest('hex').slice(0, 12)}`;
}

/**
 * `value` as the JSON text of an audit row, at most 16 KB, what was left out told. Secrets are replaced by their
 * fingerprints: by name in the places that are known to hold one, and every one of `secrets` wherever it stands.
 * Undefined becomes null: the column is empty.
 */
export function redact(value: unknown, secrets: readonly string[] = []): string | null {
  if (value === undefined || value === null) return null;
  if (secrets.length > 0 || typeof value !== 'object' || !Object.isFrozen(value)) return redacted(value, secrets);
  // The same question is asked many times a second: one that can't change is read once.
  let text = frozen.get(value);
  if (text === undefined) frozen.set(value, (text = redacted(value, secrets)));
  return text;
}

/** Texts of requests that were frozen, which their rooms promise to have done all the way down. */
const frozen = new WeakMap<object, string>();

function redacted(value: unknown, secrets: readonly string[]): string {
  const text = JSON.stringify(new Redactor(secrets).any(value, 0, false)) ?? 'null';
  const bytes = Buffer.byteLength(text);
  return bytes <= MOST_BYTES
    ? text
    : JSON.stringify({ truncated: true, bytes, start: shortText(text, MOST_BYTES / 8) });
}

class Redactor {
  private readonly spellings: [string, string][];
  private left = MOST_BYTES - 1_024;

  constructor(secrets: readonly string[]) {
    // Longest first: a secret that is part of another would leave the other's rest standing.
    this.spellings = [...new Set(secrets.filter(Boolean))]
      .flatMap((secret) => [secret, encodeURIComponent(cleanText(secret))].map((form) => [form, fingerprint(secret)]))
      .sort(([a], [b]) => b!.length - a!.length) as [string, string][];
  }

  any(value: unknown, depth: number, secret: boolean): unknown {
    if (typeof value === 'bigint') return this.any(String(value), depth, secret);
    if (typeof value === 'string' || typeof value === 'number') return this.scalar(value, secret);
    if (typeof value === 'boolean' || value === null) return value;
    if (typeof value !== 'object') return undefined;
    if (depth >= MOST_DEPTH) return '… (nested too deep)';
    if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
    const { toJSON } = value as { toJSON?: unknown };
    if (typeof toJSON === 'function') return this.any(toJSON.call(value, '') as unknown, depth + 1, secret);
    if (value instanceof Set || Array.isArray(value)) return this.list([...value], depth, secret);
    return this.object(value instanceof Map ? Object.fromEntries(value) : value, depth, secret);
  }

  private scalar(value: string | number, secret: boolean): unknown {
    const text = String(value);
    if (secret) return this.spend(fingerprint(text));
    if (typeof value === 'number') {
      const masked = this.mask(text);
      return masked === text ? value : this.spend(masked);
    }
    return this.spend(shortText(this.mask(text), MOST_TEXT));
  }

  private list(values: unknown[], depth: number, secret: boolean): unknown[] {
    const kept: unknown[] = [];
    for (const value of values) {
      if (this.left <= 0) {
        kept.push(`… (${values.length - kept.length} more)`);
        break;
      }
      this.left -= 8;
      kept.push(this.any(value, depth + 1, secret) ?? null);
    }
    return kept;
  }

  private object(value: object, depth: number, secret: boolean): object {
    // Without a prototype, so that a caller's `__proto__` is a name like any other.
    const kept = Object.create(null) as Record<string, unknown>;
    const names = Object.keys(value);
    for (const [index, name] of names.entries()) {
      if (this.left <= 0) {
        kept['…'] = `(${names.length - index} more)`;
        break;
      }
      this.left -= 8;
      const inner = (value as Record<string, unknown>)[name];
      const hidden = secret || SECRET_NAMES.has(plain(name)) || OPAQUE_NAMES.has(plain(name));
      const seen = this.any(inner, depth + 1, hidden);
      if (seen !== undefined) kept[this.spend(shortText(this.mask(name), 200))] = seen;
    }
    return kept;
  }

  private mask(text: string): string {
    let masked = text;
    for (const [form, print] of this.spellings) masked = masked.replaceAll(form, print);
    return masked.includes('@') ? masked.replace(/:\/\/[^/?#\s]*@/g, '://[redacted]@') : masked;
  }

  private spend(text: string): string {
    this.left -= isPlain(text) ? text.length + 2 : Buffer.byteLength(JSON.stringify(text));
    return text;
  }
}

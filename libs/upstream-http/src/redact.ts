const MASK = '[redacted]';

const trimPadding = (base64: string): string => base64.replace(/=+$/, '');

/** The ways a vendor or an error message spells a value back. */
function spellings(secret: string): string[] {
  const encoded = encodeURIComponent(secret);
  return [
    secret,
    encoded,
    encoded.replaceAll('%20', '+'),
    encoded.toLowerCase(),
    JSON.stringify(secret).slice(1, -1),
    trimPadding(Buffer.from(secret).toString('base64')),
    trimPadding(Buffer.from(secret).toString('base64url')),
  ];
}

/**
 * `text` without any of `secrets`, as they are or URL-encoded, JSON-escaped or in base64. By value, because a vendor
 * that echoes a request does not say which part of it was the credential.
 */
export function redact(text: string, secrets: readonly string[]): string {
  return formsOf(secrets).reduce((left, form) => left.replaceAll(form, MASK), text);
}

/** Longest first: a shorter spelling inside a longer one would leave the longer one's rest standing. */
function formsOf(secrets: readonly string[]): string[] {
  const forms = new Set(secrets.filter(Boolean).flatMap(spellings));
  return [...forms].sort((a, b) => b.length - a.length);
}

/** As `redact`, of a body while it comes: what may be the beginning of a secret waits for the next chunk. */
export async function* withoutSecrets(
  body: AsyncIterable<Buffer> | Iterable<Buffer>,
  secrets: readonly string[],
): AsyncGenerator<Buffer> {
  const forms = formsOf(secrets).map((form) => Buffer.from(form));
  const waiting = Math.max(1, forms[0]?.length ?? 1) - 1;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of body) {
    const clean = masked(rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk, forms);
    const ready = Math.max(0, clean.length - waiting);
    rest = clean.subarray(ready);
    if (ready > 0) yield clean.subarray(0, ready);
  }
  if (rest.length > 0) yield rest;
}

function masked(bytes: Buffer, forms: readonly Buffer[]): Buffer {
  return forms.some((form) => bytes.includes(form)) ? forms.reduce((left, form) => replaced(left, form), bytes) : bytes;
}

function replaced(bytes: Buffer, form: Buffer): Buffer {
  const parts: Buffer[] = [];
  let from = 0;
  for (let at = bytes.indexOf(form); at >= 0; at = bytes.indexOf(form, from)) {
    parts.push(bytes.subarray(from, at), Buffer.from(MASK));
    from = at + form.length;
  }
  return Buffer.concat([...parts, bytes.subarray(from)]);
}

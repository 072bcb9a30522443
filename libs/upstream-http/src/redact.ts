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
  const forms = new Set(secrets.filter(Boolean).flatMap(spellings));
  // Longest first: a shorter spelling inside a longer one would leave the longer one's rest standing.
  return [...forms].sort((a, b) => b.length - a.length).reduce((left, form) => left.replaceAll(form, MASK), text);
}

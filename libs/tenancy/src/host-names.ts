import { isIP } from 'node:net';
import { domainToASCII } from 'node:url';

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/**
 * A host name as it is compared: lower case, international names in their ASCII form, without the root's dot. Undefined
 * for what is none: a URL, a port, a wildcard, an IPv6 address.
 */
export function normalHost(text: unknown): string | undefined {
  if (typeof text !== 'string' || text.length > 500) return undefined;
  // domainToASCII reads as a URL does: it would take "a.example/b" for a host.
  if (/[\s/\\?#@:%*[\]]/.test(text.trim())) return undefined;
  const host = domainToASCII(text.trim().replace(/\.$/, ''));
  if (host.length < 1 || host.length > 253 || !host.split('.').every((label) => LABEL.test(label))) return undefined;
  return host;
}

/** Is `host` the allowed one, or a subdomain of it? An address has no subdomains. */
export function isWithin(host: string, allowed: string): boolean {
  return host === allowed || (isIP(host) === 0 && isIP(allowed) === 0 && host.endsWith(`.${allowed}`));
}

import { BlockList, isIP } from 'node:net';

/** Section "Required Behavior and Errors": `cpi_<network>_mostback_url`, for example `cpi_mostback_url`. */
export const isDestinationKey = (id: string): boolean => /^cpi_(?:.+_)?mostback_url$/i.test(id);

// Two lists: one of both kinds takes every IPv4 address for one of `::/3`.
const NOT_PUBLIC = { ipv4: new BlockList(), ipv6: new BlockList() };
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const) {
  NOT_PUBLIC.ipv4.addSubnet(net, bits, 'ipv4');
}
for (const [net, bits] of [
  // Only 2000::/3 is handed out to the public: all on either side of it is not.
  ['::', 3],
  ['4000::', 2],
  ['8000::', 1],
  // Teredo and what else is special, documentation, and 6to4, which carries an IPv4 address inside.
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
] as const) {
  NOT_PUBLIC.ipv6.addSubnet(net, bits, 'ipv6');
}

function isPrivate(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, '').replace(/\.$/, '');
  const family = isIP(bare);
  if (family === 6) return NOT_PUBLIC.ipv6.check(bare, 'ipv6');
  if (family === 4) return NOT_PUBLIC.ipv4.check(bare, 'ipv4');
  const labels = bare.split('.');
  if (labels.length < 2 || labels.includes('')) return true;
  return /(?:^|\.)(?:localhost|localhost\.localdomain|local|localdomain|internal|lan|home\.arpa)$/.test(bare);
}

/** Why a postback must not be sent to this address; undefined: it may, as far as its text tells. */
export function destinationProblem(value: unknown): string | undefined {
  if (typeof value !== 'string' || value === '') return 'Give the https URL that Kochava shall call.';
  // The URL parser drops tabs and line ends, so that what was checked would not be what is sent.
  // eslint-disable-next-line no-control-regex
  if (/[\s\u0000-\u001f\u007f\\]/.test(value)) return 'A URL holds no spaces, control characters or backslashes.';
  if (!URL.canParse(value)) return 'This is not a URL; give one such as https://partner.example/postback.';
  const url = new URL(value);
  if (url.protocol !== 'https:') return 'Give an https URL.';
  if (url.username !== '' || url.password !== '') return 'Give a URL without a user name or password in it.';
  if (isPrivate(url.hostname)) return 'Give a public host: private and local addresses are refused.';
  return undefined;
}

/** Every address that a context names, under a destination key or under any other, for the caller's list of hosts. */
export function destinationsOf(context: Record<string, unknown>): { fieldId: string; url: string }[] {
  return Object.entries(context).flatMap(([fieldId, value]) =>
    typeof value === 'string' &&
    value !== '' &&
    (isDestinationKey(fieldId) || /^\s*[a-z][a-z0-9+.-]*:\/\//i.test(value))
      ? [{ fieldId, url: value }]
      : [],
  );
}

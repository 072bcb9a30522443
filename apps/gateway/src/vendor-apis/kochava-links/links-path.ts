import { VENDOR_ID } from '../json-fields.js';

const READS = {
  'GET groups': 'groups',
  'GET groups/#': 'group',
  'GET groups/#/subdomains': 'subdomains',
  'GET groups/#/campaigns': 'campaigns',
  'POST groups/#/campaigns/check': 'check-campaign',
  'GET advertisers': 'advertisers',
  'GET agency_networks': 'agency-networks',
  'GET networks': 'networks',
  'POST links/check/name': 'check-name',
  'GET links': 'links',
  'GET links/#': 'link',
  'GET links/#/qr': 'qr',
} as const;

const WRITES = {
  'POST groups': 'create-group',
  'PUT groups/#': 'update-group',
  'PUT groups/#/archive': 'archive-group',
  'POST groups/#/campaigns': 'create-campaign',
  // FACTS §5.32
  'POST groups/#/campaigns/#': 'update-campaign',
  'PUT groups/#/campaigns/#': 'update-campaign',
  'POST links': 'create-link',
  'PUT links/#': 'update-link',
  'PUT links/#/archive': 'archive-link',
} as const;

export type LinksRead = (typeof READS)[keyof typeof READS];
export type LinksWrite = (typeof WRITES)[keyof typeof WRITES];

/** An endpoint of the Links API, as S2 has them. */
export interface LinksPath<E extends LinksRead | LinksWrite = LinksRead | LinksWrite> {
  endpoint: E;
  method: 'GET' | 'POST' | 'PUT';
  /** As it is sent. */
  path: string;
  /** The numbers in it, in order: a group's or a link's, then a campaign's. */
  ids: readonly string[];
}

const reads = new Map(Object.entries(READS));
const writes = new Map(Object.entries(WRITES));
const NOUNS = new Set(['groups', 'links', 'advertisers', 'agency_networks', 'networks']);

/** Are these segments, in lower case, among what this door reads itself? */
export const isLinksPath = ([first = '', second = '']: readonly string[]): boolean =>
  NOUNS.has(first === 'v1' ? second : first);

/** Undefined for what is none of the document's endpoints. */
export function readLinksPath(
  method: string,
  [version, ...rest]: readonly string[],
): { read: LinksPath<LinksRead> } | { write: LinksPath<LinksWrite> } | undefined {
  if (version !== 'v1' || rest.includes('#')) return undefined;
  const asked = method === 'HEAD' ? 'GET' : method;
  const shape = `${asked} ${rest.map((segment) => (VENDOR_ID.test(segment) ? '#' : segment)).join('/')}`;
  const parts = {
    method: asked as LinksPath['method'],
    path: `/v1/${rest.join('/')}`,
    ids: rest.filter((segment) => VENDOR_ID.test(segment)),
  };
  const read = reads.get(shape);
  if (read) return { read: { ...parts, endpoint: read } };
  const write = writes.get(shape);
  return write && { write: { ...parts, endpoint: write } };
}

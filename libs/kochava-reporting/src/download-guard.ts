import { UpstreamError } from '#libs/upstream-http';
import type { LookupAddress, LookupOptions } from 'node:dns';
import { lookup as resolve } from 'node:dns/promises';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { VENDOR } from './failure.js';
import { isLoopback, isPublicAddress } from './public-address.js';

export interface DownloadGuardOptions {
  /** The vendor's: links to its scheme, host and port pass, wherever that is. */
  vendorBaseUrl: string;
  /**
   * DOWNLOAD_HOSTS: names or addresses, with `:port` to allow that port only. A name passes where it leads to public
   * addresses; to a private one where that is named itself. `localhost` names the loopback.
   */
  hosts: readonly string[];
  /** All addresses of a name; default the system's. */
  resolve?: (host: string) => Promise<LookupAddress[]>;
}

/** Where a link may lead: what to connect to, so that no second answer of the DNS counts. */
export interface AdmittedUrl {
  url: URL;
  lookup: LookupFunction;
}

interface Entry {
  host: string;
  port: string | undefined;
}

const bare = (host: string): string =>
  host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
const portOf = (url: URL): string => url.port || (url.protocol === 'https:' ? '443' : '80');

function entryOf(text: string): Entry {
  if (isIP(text.replace(/^\[|\]$/g, '')) === 6) return { host: bare(text), port: undefined };
  const [, host = text, port] = /^(.*?)(?::(\d+))?$/.exec(text) ?? [];
  return { host: bare(host), port };
}

/**
 * Says which links are followed: to the vendor's own origin, or to hosts that the operator has named, and never to a
 * private address that is not named. The address that was checked is the one that is connected to.
 */
export class DownloadGuard {
  readonly #vendor: URL;
  readonly #entries: readonly Entry[];
  readonly #named = new BlockList();
  readonly #namesLoopback: boolean;
  readonly #resolve: (host: string) => Promise<LookupAddress[]>;

  constructor(options: DownloadGuardOptions) {
    this.#vendor = new URL(options.vendorBaseUrl);
    this.#entries = options.hosts.map(entryOf);
    for (const { host } of this.#entries) {
      const family = isIP(host);
      if (family !== 0) this.#named.addAddress(host, family === 6 ? 'ipv6' : 'ipv4');
    }
    this.#namesLoopback = this.#entries.some(({ host }) => host === 'localhost');
    this.#resolve = options.resolve ?? ((host) => resolve(host, { all: true, verbatim: true }));
  }

  /** Resolves the link's host, once. Throws UpstreamError `blocked` with the reason, which holds no part of the link but its host. */
  async admit(link: string): Promise<AdmittedUrl> {
    const url = URL.canParse(link) ? new URL(link) : undefined;
    if (!url || (url.protocol !== 'http:' && url.protocol !== 'https:')) throw blocked('is no HTTP address');
    if (url.username || url.password) throw blocked('holds a user name');
    const host = bare(url.hostname);
    const vendors = url.origin === this.#vendor.origin;
    if (
      !vendors &&
      !this.#entries.some((entry) => entry.host === host && (!entry.port || entry.port === portOf(url)))
    ) {
      throw blocked(`leads to ${host}, which is neither Kochava's own nor named in DOWNLOAD_HOSTS`);
    }
    const addresses = await this.#addressesOf(host);
    if (!vendors) {
      const refused = addresses.find(({ address }) => !isPublicAddress(address) && !this.#isNamed(address));
      if (refused) throw blocked(`leads to ${host}, which is a private address that DOWNLOAD_HOSTS does not name`);
    }
    return { url, lookup: pinned(addresses) };
  }

  async #addressesOf(host: string): Promise<LookupAddress[]> {
    const family = isIP(host);
    if (family !== 0) return [{ address: host, family }];
    let addresses: LookupAddress[];
    try {
      addresses = await this.#resolve(host);
    } catch {
      addresses = [];
    }
    if (addresses.length > 0) return addresses;
    const message = `The name of the report's host, ${host}, could not be resolved.`;
    throw new UpstreamError('connection', message, { vendor: VENDOR, operation: 'download', sent: false });
  }

  #isNamed(address: string): boolean {
    if (this.#namesLoopback && isLoopback(address)) return true;
    return this.#named.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');
  }
}

const pinned =
  (addresses: LookupAddress[]): LookupFunction =>
  (_host, options: LookupOptions, callback) => {
    const { family } = options;
    const wanted = family === 4 || family === 6 ? addresses.filter((found) => found.family === family) : addresses;
    const first = wanted[0];
    if (!first) return callback(Object.assign(new Error('no such address'), { code: 'ENOTFOUND' }), '');
    if (options.all) callback(null, wanted);
    else callback(null, first.address, first.family);
  };

function blocked(clause: string): UpstreamError {
  return new UpstreamError('blocked', `The report's link is not followed: it ${clause}.`, {
    vendor: VENDOR,
    operation: 'download',
    sent: false,
  });
}

import { createHash } from 'node:crypto';

/** How one tenant names one vendor's networks. */
export class NetworkNames {
  private readonly canonicalOf: ReadonlyMap<string, string>;
  private readonly namesOf = new Map<string, string[]>();
  /** The same for the same aliases: what is kept of answers hangs on it. */
  readonly fingerprint: string;

  constructor(aliases: readonly { name: string; canonical: string }[]) {
    this.fingerprint = aliases.length === 0 ? '' : fingerprintOf(aliases);
    this.canonicalOf = new Map(aliases.map(({ name, canonical }) => [name, canonical]));
    for (const { name, canonical } of aliases) {
      this.namesOf.set(canonical, [...(this.namesOf.get(canonical) ?? []), name]);
    }
  }

  /** The tenant's name for what the vendor calls `vendorName`: that same name where no alias says otherwise. */
  canonical(vendorName: string): string {
    return this.canonicalOf.get(vendorName) ?? vendorName;
  }

  /**
   * Every name by which the vendor may know the network that the tenant calls `canonical`. Never empty, so that a filter
   * by it can't turn into no filter: a name that is only the vendor's own stands for itself.
   */
  vendorNames(canonical: string): string[] {
    const aliased = this.namesOf.get(canonical) ?? [];
    const isItself = this.canonical(canonical) === canonical && !aliased.includes(canonical);
    return isItself || aliased.length === 0 ? [...aliased, canonical] : aliased;
  }
}

const fingerprintOf = (aliases: readonly { name: string; canonical: string }[]): string =>
  createHash('sha256')
    .update(JSON.stringify(aliases.map(({ name, canonical }) => [name, canonical]).sort()))
    .digest('base64url');

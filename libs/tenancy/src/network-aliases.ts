import { Injectable } from '@nestjs/common';
import { PrismaService } from '#libs/database';
import { notFound, type Vendor, VENDORS } from '#libs/domain';
import { checkFields, CONTROL_CHARACTER, Problems } from './checks.js';
import { FreshCache } from './fresh-cache.js';
import { NetworkNames } from './network-names.js';
import { isOrphan } from './prisma-errors.js';
import { reachDatabase } from './reach-database.js';
import { TenantChanges } from './tenant-changes.js';

/** What a vendor calls a network, and what the tenant calls it. */
export interface NetworkAlias {
  vendor: Vendor;
  name: string;
  canonical: string;
}

export interface NetworkAliasInput {
  /** In any letter case. */
  vendor: string;
  name: string;
  canonical: string;
}

const FRESH_MS = 900;
const MOST_CACHED = 10_000;
const MOST_ALIASES = 5000;
const LONGEST_NAME = 200;

/** One name for a network that the vendors name differently. */
@Injectable()
export class NetworkAliases {
  private readonly names: FreshCache<NetworkNames>;

  constructor(
    private readonly prisma: PrismaService,
    changes: TenantChanges,
  ) {
    this.names = new FreshCache({
      ...{ size: MOST_CACHED, freshMs: FRESH_MS },
      changes: { from: changes, tenantOf: (_, key) => key.slice(0, key.indexOf('/')) },
    });
  }

  /** How the tenant names this vendor's networks; a change is seen within a second. */
  of(tenantId: string, vendor: Vendor): NetworkNames | Promise<NetworkNames> {
    const found = this.names.get(`${tenantId}/${vendor}`, async (old) => {
      const rows = await reachDatabase(() => this.prisma.networkAlias.findMany({ where: { tenantId, vendor } }));
      const names = new NetworkNames(rows);
      // The same object while nothing has changed: what was worked out with it goes on.
      return old?.fingerprint === names.fingerprint ? old : names;
    });
    return found instanceof Promise ? found.then((one) => one!.value) : found.value;
  }

  async get(tenantId: string): Promise<NetworkAlias[]> {
    const rows = await reachDatabase(() =>
      this.prisma.networkAlias.findMany({ where: { tenantId }, orderBy: [{ vendor: 'asc' }, { name: 'asc' }] }),
    );
    return rows.map(({ vendor, name, canonical }) => ({ vendor: vendor as Vendor, name, canonical }));
  }

  /** Replaces the whole list. BAD_USER_INPUT names every bad field; NOT_FOUND when the tenant is gone. */
  async put(tenantId: string, input: readonly NetworkAliasInput[]): Promise<NetworkAlias[]> {
    const aliases = readAliases(input);
    try {
      await reachDatabase(() =>
        this.prisma.$transaction([
          this.prisma.networkAlias.deleteMany({ where: { tenantId } }),
          this.prisma.networkAlias.createMany({ data: aliases.map((alias) => ({ ...alias, tenantId })) }),
        ]),
      );
    } catch (error) {
      throw isOrphan(error) ? notFound('tenant', tenantId) : error;
    }
    for (const vendor of VENDORS) this.names.forget(`${tenantId}/${vendor}`);
    return this.get(tenantId);
  }
}

function readAliases(input: unknown): NetworkAlias[] {
  const problems = new Problems();
  if (!Array.isArray(input) || input.length > MOST_ALIASES) {
    problems.add('', `must be a list of ${MOST_ALIASES} {vendor, name, canonical} at most`);
    problems.throwIfAny();
  }
  const seen = new Set<string>();
  const aliases = (input as Partial<NetworkAliasInput>[]).map((entry, index): NetworkAlias => {
    if (entry) checkFields(entry, ['vendor', 'name', 'canonical'], problems, `/${index}`);
    const word: unknown = entry?.vendor;
    const vendor = VENDORS.find((known) => typeof word === 'string' && known === word.toUpperCase());
    if (!vendor) problems.add(`/${index}/vendor`, `must be one of: ${VENDORS.join(' ')}`);
    const name = readNetwork(entry?.name, `/${index}/name`, problems);
    const canonical = readNetwork(entry?.canonical, `/${index}/canonical`, problems);
    const key = JSON.stringify([vendor, name]);
    if (vendor && name && seen.has(key)) problems.add(`/${index}/name`, 'stands in this list already for this vendor');
    seen.add(key);
    return { vendor: vendor ?? VENDORS[0], name, canonical };
  });
  problems.throwIfAny();
  return aliases;
}

function readNetwork(value: unknown, pointer: string, problems: Problems): string {
  const name = typeof value === 'string' ? value.trim() : '';
  if (name.length < 1 || name.length > LONGEST_NAME || CONTROL_CHARACTER.test(name)) {
    problems.add(pointer, `must be 1 to ${LONGEST_NAME} characters, without control characters`);
  }
  return name;
}

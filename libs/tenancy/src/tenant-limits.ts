import { Injectable } from '@nestjs/common';
import { Prisma, PrismaService } from '#libs/database';
import { notFound } from '#libs/domain';
import { checkFields, Problems } from './checks.js';
import { isWithin, normalHost } from './host-names.js';
import { isOrphan } from './prisma-errors.js';
import { reachDatabase } from './reach-database.js';

/** Where a tenant's data may go. Null: no bound; an empty list: nowhere. */
export interface Limits {
  /** Hosts that postbacks and deliveries may go to, their subdomains included. */
  hosts: string[] | null;
  /** Mail domains whose addresses may be notified, exactly these. */
  mailDomains: string[] | null;
}

export interface LimitsInput {
  hosts?: readonly string[] | null;
  mailDomains?: readonly string[] | null;
}

const MOST_ENTRIES = 1000;
const UNBOUNDED: Limits = { hosts: null, mailDomains: null };

@Injectable()
export class TenantLimits {
  constructor(private readonly prisma: PrismaService) {}

  /** Without any set: no bounds. */
  async get(tenantId: string): Promise<Limits> {
    const row = await reachDatabase(() => this.prisma.tenantLimits.findUnique({ where: { tenantId } }));
    return row ? { hosts: row.hosts as string[] | null, mailDomains: row.mailDomains as string[] | null } : UNBOUNDED;
  }

  /** Replaces both bounds; one that is absent or null is lifted. BAD_USER_INPUT names each entry that is no host name. */
  async put(tenantId: string, input: LimitsInput): Promise<Limits> {
    const problems = new Problems();
    checkFields(input, ['hosts', 'mailDomains'], problems);
    const limits: Limits = {
      hosts: readHosts(input.hosts ?? null, '/hosts', problems),
      mailDomains: readHosts(input.mailDomains ?? null, '/mailDomains', problems),
    };
    problems.throwIfAny();
    const data = { hosts: limits.hosts ?? Prisma.DbNull, mailDomains: limits.mailDomains ?? Prisma.DbNull };
    try {
      await reachDatabase(() =>
        this.prisma.tenantLimits.upsert({ where: { tenantId }, create: { tenantId, ...data }, update: data }),
      );
    } catch (error) {
      throw isOrphan(error) ? notFound('tenant', tenantId) : error;
    }
    return limits;
  }
}

/** May data go to `host` (a name or an address, without port)? */
export function hostAllowed(limits: Limits, host: string): boolean {
  if (limits.hosts === null) return true;
  const name = normalHost(host);
  return name !== undefined && limits.hosts.some((allowed) => isWithin(name, allowed));
}

/** May this mail address be notified? */
export function mailAllowed(limits: Limits, address: string): boolean {
  if (limits.mailDomains === null) return true;
  const domain = normalHost(address.slice(address.lastIndexOf('@') + 1));
  return address.includes('@') && domain !== undefined && limits.mailDomains.includes(domain);
}

function readHosts(value: unknown, pointer: string, problems: Problems): string[] | null {
  if (value === null) return null;
  if (!Array.isArray(value) || value.length > MOST_ENTRIES) {
    problems.add(pointer, `must be a list of ${MOST_ENTRIES} host names at most, or null for no bound`);
    return null;
  }
  const hosts = new Set<string>();
  for (const [index, entry] of (value as unknown[]).entries()) {
    const host = normalHost(entry);
    if (host === undefined) {
      problems.add(`${pointer}/${index}`, 'must be a host name such as partner.example, without scheme, port or path');
    } else {
      hosts.add(host);
    }
  }
  return [...hosts];
}

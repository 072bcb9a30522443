import { Injectable } from '@nestjs/common';
import { PrismaService, type TenantModel } from '#libs/database';
import { GatewayError, notFound } from '#libs/domain';
import { ApiKeys } from './api-keys.js';
import { checkFields, checkName, Problems, shownId } from './checks.js';
import { type Page, type PageInput, readPage, toPage } from './page.js';
import { isTaken } from './prisma-errors.js';
import { reachDatabase } from './reach-database.js';

export interface TenantRecord {
  id: string;
  slug: string;
  name: string;
  createdAt: Date;
}

const SLUG = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** The growth teams that share this gateway; for the operator alone. */
@Injectable()
export class Tenants {
  constructor(
    private readonly prisma: PrismaService,
    private readonly apiKeys: ApiKeys,
  ) {}

  /** BAD_USER_INPUT names every bad field; CONFLICT when the slug is taken. */
  async create(input: { slug: string; name: string }): Promise<TenantRecord> {
    const problems = new Problems();
    checkFields(input, ['slug', 'name'], problems);
    const name = checkName(input.name, problems);
    const slug = input.slug;
    if (typeof slug !== 'string' || !SLUG.test(slug)) {
      problems.add('/slug', 'must be 1 to 63 lower-case letters, digits and -, beginning with a letter or digit');
    }
    problems.throwIfAny();
    try {
      return toRecord(await reachDatabase(() => this.prisma.tenant.create({ data: { slug, name } })));
    } catch (error) {
      if (!isTaken(error, 'slug')) throw error;
      throw new GatewayError('CONFLICT', `slug: a tenant ${JSON.stringify(slug)} exists already.`, {
        errors: [{ pointer: '/slug', detail: 'a tenant of this slug exists already' }],
      });
    }
  }

  /** Every tenant, oldest first. */
  async list(page: PageInput = {}): Promise<Page<TenantRecord>> {
    const { first, after } = readPage(page, 'time');
    const position = after && { time: new Date(after[0]), id: after[1] };
    const rows = await reachDatabase(() =>
      this.prisma.tenant.findMany({
        where: position && {
          OR: [{ createdAt: { gt: position.time } }, { createdAt: position.time, id: { gt: position.id } }],
        },
        orderBy: [{ createdAt: 'asc' }, { id: 'asc' }],
        take: first + 1,
      }),
    );
    return toPage(rows, first, (row) => [row.createdAt.toISOString(), row.id], toRecord);
  }

  /** NOT_FOUND when there is no such tenant. */
  async get(slug: string): Promise<TenantRecord> {
    const row = SLUG.test(slug) ? await reachDatabase(() => this.prisma.tenant.findUnique({ where: { slug } })) : null;
    if (!row) throw notFound('tenant', shownId(slug));
    return toRecord(row);
  }

  async rename(slug: string, input: { name: string }): Promise<TenantRecord> {
    const problems = new Problems();
    checkFields(input, ['name'], problems);
    const name = checkName(input.name, problems);
    problems.throwIfAny();
    const { id } = await this.get(slug);
    const [row] = await reachDatabase(() => this.prisma.tenant.updateManyAndReturn({ where: { id }, data: { name } }));
    if (!row) throw notFound('tenant', shownId(slug));
    this.apiKeys.forgetTenant(id);
    return toRecord(row);
  }

  /** Deletes the tenant with its apps, keys and credentials; its audit log stays. Its keys stop as a revoked one does. */
  async delete(slug: string): Promise<TenantRecord> {
    const tenant = await this.get(slug);
    await reachDatabase(() => this.prisma.tenant.deleteMany({ where: { id: tenant.id } }));
    this.apiKeys.forgetTenant(tenant.id);
    return tenant;
  }
}

const toRecord = ({ id, slug, name, createdAt }: TenantModel): TenantRecord => ({ id, slug, name, createdAt });

import type { Prisma, PrismaService } from '#libs/database';
import { badInput } from '#libs/domain';
import { type AppRecord, toAppRecord } from './app-record.js';
import { type Page, type PageInput, readPage, toPage } from './page.js';
import { reachDatabase } from './reach-database.js';

export interface AppListInput extends PageInput {
  /** Part of the name, in any letter case. */
  search?: string | null;
}

export interface AppPage extends Page<AppRecord> {
  /** Counts when it is asked: a count costs as much as the tenant is large. */
  totalCount: () => Promise<number>;
}

/** A tenant's apps by name; `only` narrows them to a key's list. */
export async function pageOfApps(
  prisma: PrismaService,
  tenantId: string,
  only: ReadonlySet<string> | null,
  input: AppListInput,
): Promise<AppPage> {
  const { first, after } = readPage(input, 'name');
  const where: Prisma.AppWhereInput = {
    tenantId,
    ...(only && { id: { in: [...only] } }),
    ...(input.search && { name: { contains: asLiteral(input.search), mode: 'insensitive' } }),
  };
  const [name, id] = after ?? [];
  const rows = await reachDatabase(() =>
    prisma.app.findMany({
      where: {
        ...where,
        // The first condition repeats part of the second, in a form that the index can begin at.
        ...(name !== undefined && {
          AND: [{ name: { gte: name } }, { OR: [{ name: { gt: name } }, { name, id: { gt: id } }] }],
        }),
      },
      orderBy: [{ name: 'asc' }, { id: 'asc' }],
      take: first + 1,
    }),
  );
  return {
    ...toPage(rows, first, (row) => [row.name, row.id], toAppRecord),
    totalCount: () => reachDatabase(() => prisma.app.count({ where })),
  };
}

/** Prisma passes LIKE's wildcards on. */
function asLiteral(search: string): string {
  if (search.length > 200 || search.includes('\0')) {
    throw badInput([{ pointer: '/search', detail: 'must be text of 200 characters at most' }]);
  }
  return search.replace(/[\\%_]/g, '\\$&');
}

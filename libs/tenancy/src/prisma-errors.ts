import { Prisma } from '#libs/database';

/** Did a query break a unique constraint that `column` is part of? */
export function isTaken(error: unknown, column: string): boolean {
  if (!(error instanceof Prisma.PrismaClientKnownRequestError) || error.code !== 'P2002') return false;
  return JSON.stringify(error.meta ?? {}).includes(column);
}

/** Did a query name a tenant, or another parent row, that is not there (any more)? */
export function isOrphan(error: unknown): boolean {
  return error instanceof Prisma.PrismaClientKnownRequestError && error.code === 'P2003';
}

import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/client.js';

/** The tables, over a bounded pool of connections. */
export class PrismaService extends PrismaClient {
  constructor(databaseUrl: string, { connections = 10 }: { connections?: number } = {}) {
    super({
      adapter: new PrismaPg({
        connectionString: databaseUrl,
        max: connections,
        connectionTimeoutMillis: 5_000,
        idleTimeoutMillis: 30_000,
        // Sockets of idle connections must not keep a process alive that is done.
        allowExitOnIdle: true,
      }),
    });
  }
}

/** The codes with which Prisma and its adapter say that the database can't be reached, as against refusing a query. */
const AWAY = new Set([
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2037',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  '57P01',
  '57P03',
  '53300',
]);

/** Is the database away (down, unreachable, out of connections)? Then nothing is known: answer UNAVAILABLE. */
export function isDatabaseAway(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, name, message, cause } = error as { code?: unknown; name?: string; message?: string; cause?: unknown };
  if (typeof code === 'string' && AWAY.has(code)) return true;
  if (name === 'PrismaClientInitializationError') return true;
  if (
    /ECONNREFUSED|Can't reach database server|Connection terminated|timeout exceeded when trying to connect|DatabaseNotReachable|ConnectionClosed/.test(
      message ?? '',
    )
  ) {
    return true;
  }
  return cause !== undefined && cause !== error && isDatabaseAway(cause);
}

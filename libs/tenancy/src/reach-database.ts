import { isDatabaseAway } from '#libs/database';
import { GatewayError } from '#libs/domain';

export const DATABASE_RETRY_SECONDS = 2;
/** A database that says nothing for so long counts as away. */
const SILENT_MS = 3_000;

/** UNAVAILABLE with a time to come back, for a query whose database is away. */
export function databaseAway(cause: unknown): GatewayError {
  return new GatewayError('UNAVAILABLE', 'The gateway cannot reach its database just now. Try again in a moment.', {
    retryAfterSeconds: DATABASE_RETRY_SECONDS,
    cause,
  });
}

/** Runs queries; a database that is away becomes UNAVAILABLE, every other error passes as it is. */
export async function reachDatabase<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw isDatabaseAway(error) ? databaseAway(error) : error;
  }
}

/** What `work` comes to; UNAVAILABLE when that takes three seconds. */
export async function withinLimit<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(databaseAway(undefined)), SILENT_MS);
  });
  return Promise.race([work, limit]).finally(() => clearTimeout(timer));
}

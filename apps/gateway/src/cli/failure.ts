import { isDatabaseAway } from '#libs/database';
import { GatewayError } from '#libs/domain';
import { UpstreamError } from '#libs/upstream-http';
import { ConfigError } from '../config.js';

/** EX_CONFIG of sysexits.h. */
const BAD_CONFIG = 78;

/** What the operator is told of a command that failed, and its exit code. */
export function failureOf(error: unknown): { words: string; exitCode: number } {
  if (error instanceof ConfigError) return { words: error.message, exitCode: BAD_CONFIG };
  return { words: wordsFor(error), exitCode: 1 };
}

function wordsFor(error: unknown): string {
  if (error instanceof UpstreamError) return error.message;
  if (error instanceof GatewayError && error.code !== 'INTERNAL') return error.message;
  if (isDatabaseAway(error)) return 'The database can not be reached: is DATABASE_URL right, and does it run?';
  return error instanceof Error ? error.message || error.name : String(error);
}

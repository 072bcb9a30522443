import { Command, CommanderError } from 'commander';
import { isDatabaseAway } from '#libs/database';
import { GatewayError } from '#libs/domain';
import { UpstreamError } from '#libs/upstream-http';
import { ConfigError } from '../config.js';
import { appCommands } from './app-commands.js';
import { auditCommands } from './audit-commands.js';
import { credentialCommands } from './credential-commands.js';
import { keyCommands } from './key-commands.js';
import { maintenanceCommands } from './maintenance-commands.js';
import { Session } from './session.js';
import { tenantCommands } from './tenant-commands.js';

/** EX_CONFIG of sysexits.h. */
const BAD_CONFIG = 78;

const EXAMPLES = `
Examples:
  gateway tenants create orbit --name "Orbit Games"
  gateway apps create --tenant orbit --name "Orbit Runner" --platform ios --adjust-token 2eb2na2w54c3
  gateway credentials put adjust --tenant orbit              asks for the token, without showing it
  gateway credentials put adjust --tenant orbit < token.txt
  gateway keys issue --tenant orbit --name "BI tool" --scopes apps:read,kpis:read
  gateway audit verify
  gateway audit export --tenant orbit --from 2026-01-01 > january.ndjson

The settings are the gateway's own: DATABASE_URL or DATA_DIR, CREDENTIAL_KEYS, the vendors' *_BASE_URL.
Tables for people; --json for machines.`;

/**
 * Runs one command, and answers its exit code: 0 done, 1 refused or failed (or a chain that is broken), 78 a wrong
 * environment.
 */
export async function runCommandLine(argv: string[], env: Record<string, string | undefined>): Promise<number> {
  const session = new Session(env);
  const program = new Command('gateway')
    .description('The operator’s command line of mmp-gateway, also while a gateway runs.')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(add --help for what there is)')
    .exitOverride();
  const parts = [maintenanceCommands, tenantCommands, credentialCommands, keyCommands, appCommands, auditCommands];
  for (const part of parts) part(program, session);
  if (argv.length === 0) {
    program.outputHelp();
    return 0;
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return session.exitCode;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    process.stderr.write(`${wordsFor(error)}\n`);
    return error instanceof ConfigError ? BAD_CONFIG : 1;
  } finally {
    await session.close();
  }
}

function wordsFor(error: unknown): string {
  if (error instanceof ConfigError || error instanceof UpstreamError) return error.message;
  if (error instanceof GatewayError && error.code !== 'INTERNAL') return error.message;
  if (isDatabaseAway(error)) return 'The database can not be reached: is DATABASE_URL right, and does it run?';
  return error instanceof Error ? error.message || error.name : String(error);
}

import { Command, CommanderError } from 'commander';
import { appCommands } from './app-commands.js';
import { auditCommands } from './audit-commands.js';
import { credentialCommands } from './credential-commands.js';
import { keyCommands } from './key-commands.js';
import { maintenanceCommands } from './maintenance-commands.js';
import type { Io } from './output.js';
import { Session } from './session.js';
import { tenantCommands } from './tenant-commands.js';

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
Tables for people; --json for machines.
By REST only (/v1/admin, described at /docs): limits, network aliases, a tenant's new name, changing or deleting an app.`;

/** What shells say of a program that SIGPIPE has ended. */
const READER_LEFT = 141;

/**
 * Runs one command, and answers its exit code: 0 done, 1 refused or failed (or a chain that is broken), 78 a wrong
 * environment, 141 an export whose reader left before its end.
 */
export async function runCommandLine(
  argv: string[],
  env: Record<string, string | undefined>,
  io: Io = process,
): Promise<number> {
  const session = new Session(env, io);
  const program = new Command('gateway')
    .description('The operator’s command line of mmp-gateway, also while a gateway runs.')
    .addHelpText('after', EXAMPLES)
    .showHelpAfterError('(add --help for what there is)')
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
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
    if ((error as NodeJS.ErrnoException | null)?.code === 'EPIPE') return READER_LEFT;
    const { words, exitCode } = (await import('./failure.js')).failureOf(error);
    io.stderr.write(`${words}\n`);
    return exitCode;
  } finally {
    await session.close();
  }
}

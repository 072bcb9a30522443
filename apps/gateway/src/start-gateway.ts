import { constants } from 'node:fs';
import { access, mkdir } from 'node:fs/promises';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenDatabase, PrismaService, openDatabase } from '#libs/database';
import { type Config, ConfigError, loadConfig } from './config.js';
import { createGateway, listen } from './create-gateway.js';
import { ensureCredentialKeys } from './credential-keys.js';
import { GatewayMetrics } from './operations/gateway-metrics.js';
import { Lifecycle } from './operations/lifecycle.js';
import { Log } from './operations/log.js';

/** EX_CONFIG of sysexits.h. */
const BAD_CONFIG = 78;
/** Milliseconds for requests under way, once the gateway has been told to stop. */
const DRAIN_MS = 30_000;

/** The gateway as a process: from its environment to an exit code. */
export async function startGateway(env: Record<string, string | undefined>): Promise<void> {
  const config = configOrExit(env);
  await dataDirOrExit(config.database.dataDir);
  const log = Log.open(config.logLevel);
  let database: OpenDatabase | undefined;
  let app: NestFastifyApplication | undefined;
  let stopping = false;

  const stop = async (code: number): Promise<void> => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(code || 1), DRAIN_MS + 5_000).unref();
    if (app) await drain(app, log);
    await database?.close();
    log.info('stopped');
    log.flush();
    process.exit(code);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => void stop(0));
  // Started by a process of ours, like the demo's, it ends with it: also when that one was killed.
  if (process.channel) process.once('disconnect', () => void stop(0));

  try {
    database = await openDatabase({ databaseUrl: config.database.url, dataDir: config.database.dataDir });
    if (database.applied.length > 0) log.info('migrations applied', { names: database.applied });
    const credentialKeys = config.tenancy.credentialKeys ?? (await ensureCredentialKeys(config.database.dataDir));
    app = await createGateway({ config, log, databaseUrl: database.url, credentialKeys });
    if (stopping) return;
    const url = await listen(app, config);
    log.info('listening', { url });
    log.flush();
    process.send?.({ listening: url });
  } catch (error) {
    if (isPortTaken(error)) {
      const { host, port } = config.http;
      process.stderr.write(`PORT ${port} of ${host} is taken: choose another, or 0 for a free one.\n`);
    } else log.error('could not start', { cause: error });
    await stop(1);
  }
}

const isPortTaken = (error: unknown): boolean => (error as NodeJS.ErrnoException).code === 'EADDRINUSE';

function configOrExit(env: Record<string, string | undefined>): Config {
  try {
    return loadConfig(env);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(BAD_CONFIG);
  }
}

async function dataDirOrExit(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true });
    await access(dataDir, constants.W_OK);
  } catch (error) {
    process.stderr.write(`DATA_DIR must be a folder that the gateway may write to (${(error as Error).message}).\n`);
    process.exit(BAD_CONFIG);
  }
}

/** Takes nothing new, finishes what is under way, writes what is buffered, lets the database go. */
async function drain(app: NestFastifyApplication, log: Log): Promise<void> {
  app.get(Lifecycle).draining = true;
  app.get(GatewayMetrics).draining.set(1);
  log.info('draining');
  const late = setTimeout(() => app.getHttpServer().closeAllConnections(), DRAIN_MS);
  // Before Nest's own end: its first step lets go of the schema, and cuts what is under way after ten seconds.
  await app.getHttpAdapter().getInstance().close();
  await app.close();
  clearTimeout(late);
  await app.get(PrismaService).$disconnect();
}

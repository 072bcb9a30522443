import '../process-settings.js';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { cacheOf, load } from './load.js';

/** There is no database when this is built: all that is done without one. */
const NOWHERE = {
  DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nowhere',
  CREDENTIAL_KEYS: `unused:${Buffer.alloc(32).toString('base64')}`,
  DATA_DIR: join(tmpdir(), 'mmp-gateway-nowhere'),
  LOG_LEVEL: 'silent',
};

// Functions that ran long ago are to be there too. Set back below: other flags than a start's would void the cache.
setFlagsFromString('--no-flush-bytecode');
const file = process.argv[2]!;
const { contents, script } = load(file);
const config = contents.loadConfig(NOWHERE);
const app = await contents.createGateway({
  config,
  log: contents.Log.silent(),
  databaseUrl: NOWHERE.DATABASE_URL,
  credentialKeys: NOWHERE.CREDENTIAL_KEYS,
});
const headers = { 'x-api-key': `mmp_${'0'.repeat(64)}` };
const query = '{ viewer { keyName } }';
for (const question of [
  { method: 'GET', url: '/health/ready' },
  { method: 'GET', url: '/v1/kpis?from=2026-01-01&to=2026-01-02&metrics=installs', headers },
  { method: 'POST', url: '/graphql', headers, payload: { query } },
] as const) {
  await app.inject(question);
}
setFlagsFromString('--flush-bytecode');
writeFileSync(cacheOf(file), script.createCachedData());
// Nothing that was put together here has anything left to finish.
process.exit(0);

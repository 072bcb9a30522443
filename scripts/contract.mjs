// npm run contract: writes schema.graphql, openapi.json and the generated docs as the code declares them; with --check,
// fails when what is committed differs. Needs no database: the gateway is put together, and never asked anything.
import { readFile, writeFile } from 'node:fs/promises';
import { build } from './build.mjs';
import { errorPages } from './generated-docs.mjs';
import { metricsPage } from './metrics-page.mjs';

const SCHEMA = 'apps/gateway/src/schema.graphql';
const OPEN_API = 'apps/gateway/src/openapi.json';

const NOWHERE = {
  DATABASE_URL: 'postgresql://nobody@127.0.0.1:1/nowhere',
  CREDENTIAL_KEYS: `unused:${Buffer.alloc(32).toString('base64')}`,
  LOG_LEVEL: 'silent',
};

const byName = (record) => Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)));

/** The public face as the code declares it: the text of each file, sorted by name. */
async function declared() {
  await build({ ifNeeded: true });
  const from = (path) => import(`../dist/apps/gateway/src/${path}`);
  const [{ loadConfig }, { createGateway }, { Log }, { openApiOf }] = await Promise.all(
    ['config.js', 'create-gateway.js', 'operations/log.js', 'operations/open-api.js'].map(from),
  );
  const { GraphQLSchemaHost } = await import('@nestjs/graphql');
  const { lexicographicSortSchema, printSchema } = await import('graphql');
  const config = loadConfig(NOWHERE);
  const app = await createGateway({
    config,
    log: Log.silent(),
    databaseUrl: config.database.url,
    credentialKeys: config.tenancy.credentialKeys,
  });
  const schema = printSchema(lexicographicSortSchema(app.get(GraphQLSchemaHost).schema));
  const { paths, components, ...rest } = openApiOf(app);
  const openApi = {
    ...rest,
    paths: byName(paths),
    components: { ...components, schemas: byName(components?.schemas ?? {}) },
  };
  return {
    [SCHEMA]: `# Made by \`npm run contract\` from the code. Do not edit.\n\n${schema}\n`,
    [OPEN_API]: `${JSON.stringify(openApi, null, 2)}\n`,
    'docs/errors.md': await errorPages(),
    'docs/metrics.md': await metricsPage(),
  };
}

const check = process.argv.includes('--check');
const stale = [];
for (const [path, text] of Object.entries(await declared())) {
  const committed = await readFile(path, 'utf8').catch(() => '');
  if (committed === text) continue;
  if (check) stale.push(path);
  else await writeFile(path, text);
}
if (stale.length > 0) console.error(`Stale: ${stale.join(', ')}. Run \`npm run contract\`, and commit what it writes.`);
// Nothing that was put together here has anything left to finish.
process.exit(stale.length > 0 ? 1 : 0);

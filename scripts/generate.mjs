// Generates the Prisma client, when the schema has changed since. Prisma's command line would download an engine that
// generating does not need: it is told that it has one.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const STAMP = 'libs/database/src/generated/.schema-hash';

export async function generate() {
  const schema = await readFile('prisma/schema.prisma');
  const { version } = JSON.parse(await readFile('node_modules/prisma/package.json', 'utf8'));
  const hash = createHash('sha256').update(schema).update(version).digest('hex');
  if ((await readFile(STAMP, 'utf8').catch(() => '')) === hash) return;
  await promisify(execFile)(process.execPath, ['node_modules/prisma/build/index.js', 'generate'], {
    env: {
      ...process.env,
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      PRISMA_HIDE_UPDATE_MESSAGE: '1',
      CHECKPOINT_DISABLE: '1',
    },
  });
  await writeFile(STAMP, hash);
}

if (import.meta.url === `file://${process.argv[1]}`) await generate();

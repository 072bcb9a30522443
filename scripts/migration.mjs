// node scripts/migration.mjs NAME: writes prisma/migrations/<time>_NAME with what schema.prisma has changed since HEAD.
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from './build.mjs';

function committedSchema() {
  const tracked = execFileSync('git', ['ls-tree', 'HEAD', 'prisma/migrations/'], { encoding: 'utf8' }).includes(
    ' tree ',
  );
  return tracked ? execFileSync('git', ['show', 'HEAD:prisma/schema.prisma'], { encoding: 'utf8' }) : undefined;
}

await build({ ifNeeded: true });
const { openEmbeddedPostgres, migrationDiff } = await import('../dist/libs/database/src/index.js');
const dataDir = await mkdtemp(join(tmpdir(), 'mmp-gateway-migration-'));
await chmod(dataDir, 0o755);
const server = await openEmbeddedPostgres(dataDir);
try {
  const sql = await migrationDiff(server.url, committedSchema(), await readFile('prisma/schema.prisma', 'utf8'));
  const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = join('prisma/migrations', `${time}_${process.argv[2] ?? 'change'}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'migration.sql'), sql);
  console.log(`${folder}\n\n${sql}`);
} finally {
  await server.close();
  await rm(dataDir, { recursive: true, force: true });
}

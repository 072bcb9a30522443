import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The keys kept beside the embedded database: made at the first start, readable by nobody else. */
export async function ensureCredentialKeys(dataDir: string): Promise<string> {
  const file = join(dataDir, 'credential-keys');
  await mkdir(dataDir, { recursive: true });
  await writeFile(file, `k1:${randomBytes(32).toString('base64')}\n`, { mode: 0o600, flag: 'wx' }).catch((error) => {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  });
  return (await readFile(file, 'utf8')).trim();
}

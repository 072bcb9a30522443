import { readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface UnprivilegedUser {
  uid: number;
  gid: number;
}

/**
 * Postgres refuses to run as root. As root, it runs as `nobody`, who must be able to reach `paths`; as anybody else,
 * it runs as that user: undefined.
 */
export async function unprivilegedUser(paths: string[]): Promise<UnprivilegedUser | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find((entry) => entry.startsWith('nobody:'));
  if (!line)
    throw new Error(
      'Postgres does not run as root, and there is no user "nobody" here: set DATABASE_URL, or start as another user.',
    );
  const [, , uid, gid] = line.split(':');
  for (const path of paths) await mustBeReachable(path);
  return { uid: Number(uid), gid: Number(gid) };
}

async function mustBeReachable(path: string): Promise<void> {
  for (let folder = path; folder !== dirname(folder); folder = dirname(folder)) {
    const { mode } = await stat(folder);
    if ((mode & 0o001) === 0) {
      throw new Error(
        `Started as root, the embedded Postgres runs as "nobody", who may not enter ${folder}: ` +
          'keep the project and DATA_DIR elsewhere, or set DATABASE_URL.',
      );
    }
  }
}

// One demo at a time in a folder: two would share a database, and each have its own stand-in for the vendors.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const fileOf = (folder) => join(folder, 'demo.pid');

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // There is one, but it is another user's.
    return error.code === 'EPERM';
  }
}

/** Throws where another demo runs in `folder`. */
export async function claim(folder) {
  const file = fileOf(folder);
  const pid = Number(await readFile(file, 'utf8').catch(() => ''));
  if (pid > 0 && pid !== process.pid && isAlive(pid)) {
    throw new Error(
      `a demo runs in ${folder} already (process ${pid}). Stop it, or set DATA_DIR to another folder. If that process is no demo, delete ${file}.`,
    );
  }
  await writeFile(file, String(process.pid));
}

export async function leave(folder) {
  const file = fileOf(folder);
  if ((await readFile(file, 'utf8').catch(() => '')) === String(process.pid)) await rm(file, { force: true });
}

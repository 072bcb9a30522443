// Compiles apps/ and libs/ to dist/ with SWC, as Jest does, and packs what is started often. Types are checked by `npm run types`.
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { transformFile } from '@swc/core';
import { bundle } from './bundle.mjs';
import { generate } from './generate.mjs';

const SKIPPED = /\.(spec|d)\.ts$/;

async function sources(folder) {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !SKIPPED.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name));
}

async function newest(files) {
  const times = await Promise.all(files.map(async (file) => (await stat(file)).mtimeMs));
  return Math.max(...times);
}

/** Builds dist/. With `ifNeeded`, only when a source is younger than the last build or one has come or gone. */
export async function build({ ifNeeded = false, root = '.' } = {}) {
  const dist = join(root, 'dist');
  await generate();
  const files = (await Promise.all(['apps', 'libs'].map(sources))).flat();
  const stamp = join(dist, '.built');
  const config = ['.swcrc', 'package.json', 'package-lock.json'];
  const last = await stat(stamp).catch(() => undefined);
  if (
    ifNeeded &&
    last &&
    last.size === String(files.length).length &&
    (await newest([...files, ...config])) < last.mtimeMs
  )
    return;
  await rm(dist, { recursive: true, force: true });
  await Promise.all(
    files.map(async (file) => {
      const target = join(dist, file.replace(/\.ts$/, '.js'));
      const { code, map } = await transformFile(file, { sourceFileName: file });
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, `${code}//# sourceMappingURL=${target.split('/').pop()}.map\n`);
      if (map) await writeFile(`${target}.map`, map);
    }),
  );
  await bundle(dist);
  await writeFile(stamp, String(files.length));
}

// `node scripts/build.mjs FOLDER` builds into another folder's dist/.
if (import.meta.url === `file://${process.argv[1]}`) await build({ root: process.argv[2] });

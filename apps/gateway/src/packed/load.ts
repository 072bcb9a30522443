import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';
import type * as contents from './contents.js';

export type Contents = typeof contents;

/** Where the code cache of the packed `file` lies. */
export const cacheOf = (file: string): string => file.replace(/\.cjs$/, '.cache');

/**
 * Runs the packed gateway, with what V8 had made of it when it was built: to parse and compile it anew takes a quarter of
 * a start. Another version of Node, or other flags of V8, refuse the cache, and compile.
 */
export function load(file: string): { contents: Contents; script: Script } {
  const cache = cacheOf(file);
  // One byte a character: scripts/bundle.mjs writes all others as escapes.
  const script = new Script(readFileSync(file, 'latin1'), {
    filename: file,
    cachedData: existsSync(cache) ? readFileSync(cache) : undefined,
  });
  const module = { exports: {} };
  const run = script.runInThisContext() as (...names: unknown[]) => void;
  // A script that comes from a cache may not import by itself.
  const importModule = (name: string): Promise<unknown> => import(name);
  run(module.exports, createRequire(file), module, file, dirname(file), importModule);
  return { contents: module.exports as Contents, script };
}

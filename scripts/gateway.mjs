// npm run gateway -- <command>: the operator's command line, built first where a source has changed. What it answers goes
// to stdout alone; npm says what it runs there too, unless it is told not to: `npm run --silent gateway -- <command>`.
import { build } from './build.mjs';

await build({ ifNeeded: true });
await import('../dist/bundle/cli.js');

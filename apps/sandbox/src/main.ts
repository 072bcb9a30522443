import { startSandbox } from './sandbox.js';

/** Runs the stand-in as a process: SANDBOX_PORT (default any free one), SANDBOX_HOST, SANDBOX_SEED. Prints one JSON line. */
const { SANDBOX_PORT, SANDBOX_HOST, SANDBOX_SEED } = process.env;

function whole(name: string, text: string | undefined): number | undefined {
  if (text === undefined || text === '') return undefined;
  if (/^\d{1,9}$/.test(text)) return Number(text);
  process.stderr.write(`${name} must be a whole number, not ${JSON.stringify(text)}\n`);
  process.exit(78);
}

const port = whole('SANDBOX_PORT', SANDBOX_PORT);
const seed = whole('SANDBOX_SEED', SANDBOX_SEED);
const sandbox = await startSandbox({
  ...(port !== undefined && { port }),
  ...(seed !== undefined && { seed }),
  ...(SANDBOX_HOST && { host: SANDBOX_HOST }),
});
process.stdout.write(`${JSON.stringify({ url: sandbox.url })}\n`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => void sandbox.close().then(() => process.exit(0)));
}
// Started by a process that talks to it, it ends with that one: also when it was killed.
if (process.channel) process.once('disconnect', () => void sandbox.close().then(() => process.exit(0)));

// npm run bench: the gateway beside a bare node:http proxy of the same upstream. Ratios hold on any machine; the numbers
// of requests are this one's. One measurement is one file of test/bench/measurements.
import { readdir } from 'node:fs/promises';
import { availableParallelism, loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { build } from './build.mjs';

const MEASUREMENTS = new URL('../test/bench/measurements/', import.meta.url);
const names = (await readdir(MEASUREMENTS)).map((file) => file.replace('.mjs', '')).sort();

const HELP = `npm run bench -- [options]

  --only NAME    one measurement, may be repeated: ${names.join(', ')}
  --rounds N     rounds of each, 5 unless told; medians are over these
  --seconds N    of load in each round, 3 unless told
  --json         the result as JSON on stdout, in place of the table`;

function fail(message) {
  console.error(`${message}\n\n${HELP}`);
  process.exit(64);
}

function readOptions() {
  const options = {
    only: { type: 'string', multiple: true },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '3' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  };
  try {
    const { values } = parseArgs({ options });
    const count = (name) => (/^[1-9]\d{0,2}$/.test(values[name]) ? Number(values[name]) : fail(`--${name}: 1 to 999`));
    const unknown = values.only?.find((name) => !names.includes(name));
    if (unknown) fail(`--only: there is no measurement ${unknown}`);
    return { ...values, only: values.only ?? names, rounds: count('rounds'), seconds: count('seconds') };
  } catch (error) {
    return fail(error.message);
  }
}

const options = readOptions();
if (options.help) {
  console.log(HELP);
  process.exit();
}
await build({ ifNeeded: true });
const { openWorld } = await import('../test/bench/world.mjs');
const { judged, tableOf } = await import('../test/bench/table.mjs');
const machine = { node: process.version, cores: availableParallelism(), load: loadavg()[0] };
if (machine.load > 0.5)
  console.error(`The machine is busy (load ${machine.load.toFixed(1)}): ratios hold less well than on a quiet one.`);
const world = await openWorld();
const leave = async (code) => {
  await world.close();
  process.exit(code);
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void leave(130));
const rows = [];
let failed = false;
for (const name of options.only) {
  try {
    const { measure } = await import(new URL(`${name}.mjs`, MEASUREMENTS));
    rows.push(...judged(await measure(world, options)).map((row) => ({ measurement: name, ...row })));
  } catch (error) {
    failed = true;
    console.error(`${name} has failed: ${error.message}`);
  }
}
if (options.json) console.log(JSON.stringify({ machine, rounds: options.rounds, rows }, null, 2));
else if (rows.length > 0)
  console.log(`${tableOf(rows)}\n\nMedians of ${options.rounds} rounds, Node ${machine.node}, ${machine.cores} cores.`);
await leave(failed ? 1 : 0);

// npm test: everything that a change must pass. The last line is `N passed, N failed`, counted in tests; a step that
// fails, or a spec file that can't be run, is a failure more.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

const scratch = await mkdtemp(join(tmpdir(), 'mmp-gateway-test-'));
const results = join(scratch, 'jest.json');

const STEPS = [
  ['generate', ['run', '--silent', 'generate']],
  ['types', ['run', '--silent', 'types']],
  ['lint', ['run', '--silent', 'lint']],
  ['contract', ['run', '--silent', 'contract', '--', '--check']],
  ['specs', ['run', '--silent', 'jest', '--', '--json', `--outputFile=${results}`, ...process.argv.slice(2)]],
];

/** A developer's own settings of the gateway are no business of the specs. */
async function environment() {
  const env = { ...process.env };
  for (const name of Object.keys(parseEnv(await readFile('.env.example', 'utf8')))) delete env[name];
  return env;
}

function run(args, env) {
  return new Promise((done) => {
    const child = spawn('npm', args, { env, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', () => done(1));
    child.once('exit', (code) => done(code ?? 1));
  });
}

let passed = 0;
let failed = 0;
const env = await environment();
for (const [name, args] of STEPS) {
  console.log(`\n▸ ${name}`);
  const start = Date.now();
  const code = await run(args, env);
  let failures = code === 0 ? 0 : 1;
  if (name === 'specs') {
    const report = JSON.parse(await readFile(results, 'utf8').catch(() => '{}'));
    passed = report.numPassedTests ?? 0;
    // Jest can also fail with no test failed: a file that can't be run, or no test at all.
    const broken = (report.numFailedTests ?? 0) + (report.numRuntimeErrorTestSuites ?? 0);
    failures = Math.max(broken, failures, passed === 0 ? 1 : 0);
  }
  failed += failures;
  console.log(`${failures === 0 ? '✓' : '✗'} ${name}, ${Math.round((Date.now() - start) / 1000)} s`);
}
await rm(scratch, { recursive: true, force: true });
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed > 0 ? 1 : 0;

// Read by libraries when they are loaded.
process.env['NODE_ENV'] ??= 'production';
const { runCommandLine } = await import('./command-line.js');

const code = await runCommandLine(process.argv.slice(2), process.env);
// What was written must have left before the process does, which the migration engine would keep alive.
await Promise.all([process.stdout, process.stderr].map((out) => new Promise((done) => out.write('', done))));
process.exit(code);

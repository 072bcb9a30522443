// Read by libraries when they are loaded.
process.env['NODE_ENV'] ??= 'production';
const { runCommandLine } = await import('./command-line.js');

// Whoever reads may leave before the end, as `| head` does: nobody is told, and the run ends as it would have.
for (const out of [process.stdout, process.stderr]) {
  out.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

const code = await runCommandLine(process.argv.slice(2), process.env);
// What was written must have left before the process does, which the migration engine would keep alive.
await Promise.all([process.stdout, process.stderr].map((out) => new Promise((done) => out.write('', done))));
process.exit(code);

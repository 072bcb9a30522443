import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Io } from './output.js';

/**
 * A secret from the environment variable `variable`, else from what is piped in, else typed without being shown. Never
 * an argument: those stand in process lists and shell histories.
 */
export async function readSecret(io: Io, env: Record<string, string | undefined>, variable?: string): Promise<string> {
  if (variable !== undefined) {
    const value = env[variable];
    if (!value) throw new Error(`The environment has no ${variable}.`);
    return value;
  }
  const secret = (io.stdin.isTTY ? await typed('Secret (not shown): ', io) : await text(io.stdin)).trim();
  if (!secret) throw new Error('No secret came: pipe it in, type it, or name a variable with --secret-env.');
  return secret;
}

async function typed(prompt: string, { stdin, stderr }: Io): Promise<string> {
  stderr.write(prompt);
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const reader = createInterface({ input: stdin, output: nowhere, terminal: true });
  // The reader takes Ctrl-C from the terminal: without this the question would be asked for ever.
  reader.once('SIGINT', () => {
    reader.close();
    process.kill(process.pid, 'SIGINT');
  });
  try {
    return await reader.question('');
  } finally {
    reader.close();
    stderr.write('\n');
  }
}

// Child processes of the bench, and what the system says about their memory.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const running = new Set();

/** Starts `file`; answers when it has told its URL, by a message or by the gateway's line of its log. */
export function start(file, env = {}) {
  const child = spawn(process.execPath, [file], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let words = '';
  child.stderr.on('data', (text) => (words = (words + text).slice(-2000)));
  return new Promise((resolve, reject) => {
    const ready = (url) => resolve({ child, url, pid: child.pid, stop: () => stop(child) });
    child.once('message', ({ url }) => ready(url));
    const lines = createInterface(child.stdout).on('line', (line) => {
      words = (words + line).slice(-2000);
      if (!line.includes('"msg":"listening"')) return;
      ready(JSON.parse(line).url);
      // A line for each request: read away, because to look at them would take time from what is measured.
      lines.close();
      child.stdout.resume();
    });
    child.once('exit', (code, signal) => reject(new Error(`${file} ended with ${code ?? signal}: ${words}`)));
  });
}

/** Asks it to end, and waits until it has. */
export async function stop(child) {
  if (child.exitCode !== null || child.signalCode) return;
  const ended = new Promise((done) => child.once('exit', done));
  const last = setTimeout(() => child.kill('SIGKILL'), 35_000);
  child.kill('SIGTERM');
  await ended;
  clearTimeout(last);
}

export const stopAll = () => Promise.all([...running].map(stop));

/** Megabytes: `now` is what it holds, `peak` the most since `forgetPeak`. Undefined where there is no /proc. */
export function memoryOf(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const megabytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)[1]) / 1024;
    return { now: megabytes('VmRSS'), peak: megabytes('VmHWM') };
  } catch {
    return undefined;
  }
}

/** proc(5): 5 written to clear_refs sets the peak back to what is held now. */
export function forgetPeak(pid) {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

export interface GatewayProcess {
  readonly child: ChildProcess;
  /** Where it listens. */
  readonly url: string;
  /** Sends a signal and waits for the end: the exit code, or the name of the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
}

/** How a process ended, and what it wrote until then. */
export interface Ended {
  code: number | NodeJS.Signals;
  stdout: string;
  stderr: string;
}

/**
 * The gateway as a process, for the spec file that calls this: compiled to a folder of its own, because dist/ may be
 * built anew by somebody else at any time. What is still running after the file is killed.
 */
export function useGatewayProcesses() {
  let root: string;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    root = mkdtempSync(join(tmpdir(), 'mmp-gateway-build-'));
    await compile(root);
  });
  afterAll(() => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(root, { recursive: true, force: true });
  });

  const launch = (env: Record<string, string>): ChildProcess => {
    const child = spawn(process.execPath, [join(root, 'dist/bundle/gateway.js')], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    return child;
  };
  return {
    /** The script that a process runs. */
    get script(): string {
      return join(root, 'dist/bundle/gateway.cjs');
    },
    /** Starts one and waits until it listens. */
    start: async (env: Record<string, string>): Promise<GatewayProcess> => {
      const child = launch({ PORT: '0', ...env, LOG_LEVEL: 'info' });
      const ended = endOf(child);
      const url = await Promise.race([listening(child), ended.then(failed)]);
      return {
        child,
        url,
        end: async (signal) => {
          child.kill(signal);
          return (await ended).code;
        },
      };
    },
    /** Runs one that is expected to end by itself. */
    run: (env: Record<string, string>): Promise<Ended> => endOf(launch(env)),
  };
}

function listening(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    child.stdout!.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
      const line = text.split('\n').find((one) => one.includes('"msg":"listening"') && one.endsWith('}'));
      if (line) resolve((JSON.parse(line) as { url: string }).url);
    });
  });
}

function endOf(child: ChildProcess): Promise<Ended> {
  let stdout = '';
  let stderr = '';
  child.stdout!.on('data', (piece: Buffer) => (stdout += piece.toString()));
  child.stderr!.on('data', (piece: Buffer) => (stderr += piece.toString()));
  return new Promise((done) =>
    child.once('close', (code, signal) => done({ code: code ?? signal ?? 'SIGKILL', stdout, stderr })),
  );
}

function failed({ code, stdout, stderr }: Ended): never {
  throw new Error(`The gateway ended with ${code} before it listened:\n${stdout}${stderr}`);
}

/** Built as ever, into a folder of its own. */
async function compile(root: string): Promise<void> {
  for (const shared of ['node_modules', 'prisma', 'package.json']) symlinkSync(resolve(shared), join(root, shared));
  await promisify(execFile)(process.execPath, ['scripts/build.mjs', root]);
}

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { transformFile } from '@swc/core';

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
    const child = spawn(process.execPath, [join(root, 'dist/apps/gateway/src/main.js')], {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...env },
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.push(child);
    return child;
  };
  return {
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

/** As scripts/build.mjs, without its folder. */
async function compile(root: string): Promise<void> {
  for (const shared of ['node_modules', 'prisma', 'package.json']) symlinkSync(resolve(shared), join(root, shared));
  const files = ['apps', 'libs'].flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true, recursive: true })
      .filter((entry) => entry.isFile() && /(?<!\.(?:spec|d))\.ts$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  await Promise.all(
    files.map(async (file) => {
      const target = join(root, 'dist', relative('.', file).replace(/\.ts$/, '.js'));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, (await transformFile(file, { sourceFileName: file, sourceMaps: false })).code);
    }),
  );
}

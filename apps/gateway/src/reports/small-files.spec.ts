import type { ReportModel } from '#libs/database';
import type { ReportLinks } from './report-links.js';
import { SmallFiles } from './small-files.js';

describe('files that are small', () => {
  /** A host of files, and what it was asked. */
  function aHost(file: Buffer, told: { size?: number; fails?: boolean } = {}) {
    const opened: AbortSignal[] = [];
    let letGo: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (letGo = resolve));
    const open = async (_: ReportModel, { signal }: { signal: AbortSignal }) => {
      opened.push(signal);
      async function* body() {
        await released;
        if (told.fails) throw new Error('broke off');
        for (let at = 0; at < file.length; at += 65_536) yield file.subarray(at, at + 65_536);
      }
      return { body: body(), size: told.size };
    };
    return { files: new SmallFiles({ open } as unknown as ReportLinks), opened, release: letGo };
  }
  const row = { id: 'r1' } as ReportModel;
  const bytesOf = async (body: AsyncIterable<Buffer>): Promise<Buffer> => {
    const pieces: Buffer[] = [];
    for await (const piece of body) pieces.push(piece);
    return Buffer.concat(pieces);
  };
  const read = async (files: SmallFiles, signal?: AbortSignal) => bytesOf(await files.open(row, signal));
  const small = Buffer.alloc(200_000, 'day,network,installs\n');
  const large = Buffer.alloc(2_000_000, 'day,network,installs\n');

  it('are read once by all who want them at the same time, and by those who come just after', async () => {
    const { files, opened, release } = aHost(small);
    const waiting = [1, 2, 3].map(() => read(files));
    release();
    for (const bytes of await Promise.all(waiting)) expect(bytes.equals(small)).toBe(true);
    expect((await read(files)).equals(small)).toBe(true);
    expect(opened).toHaveLength(1);
  });

  it.each([undefined, large.length])(
    'are read by everybody himself where they are large (size told: %s)',
    async (size) => {
      const { files, opened, release } = aHost(large, { size });
      release();
      for (const bytes of await Promise.all([read(files), read(files)])) expect(bytes.equals(large)).toBe(true);
      expect((await read(files)).equals(large)).toBe(true);
      expect(opened).toHaveLength(3);
    },
  );

  it('go on when one who waits leaves, and end when the last has, or who reads a large one', async () => {
    const { files, opened, release } = aHost(small);
    const [first, second] = [new AbortController(), new AbortController()];
    const left = read(files, first.signal);
    const stays = read(files, second.signal);
    first.abort();
    await expect(left).rejects.toThrow('left');
    expect(opened[0]!.aborted).toBe(false);
    release();
    expect((await stays).equals(small)).toBe(true);

    const other = aHost(large);
    other.release();
    const reader = new AbortController();
    await other.files.open(row, reader.signal);
    reader.abort();
    expect(other.opened[0]!.aborted).toBe(true);
  });

  it('are asked for again when they broke off', async () => {
    const { files, opened, release } = aHost(small, { fails: true });
    release();
    await expect(read(files)).rejects.toThrow('broke off');
    await expect(read(files)).rejects.toThrow('broke off');
    expect(opened).toHaveLength(2);
  });
});

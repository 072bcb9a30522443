import { GatewayError } from '#libs/domain';
import { FreshCache } from './fresh-cache.js';

const away = () => Promise.reject(new GatewayError('UNAVAILABLE', 'away'));

it('asks once for many that wait, and again when it is not fresh', async () => {
  let asked = 0;
  const cache = new FreshCache<number>({ size: 10, freshMs: 60_000 });
  const lookUp = async () => (asked += 1);
  const found = await Promise.all([1, 2, 3].map(() => cache.get('a', lookUp)));
  expect(found.map((entry) => entry?.value)).toEqual([1, 1, 1]);
  expect((await cache.get('a', lookUp))?.value).toBe(1);
  cache.forget('a');
  expect((await cache.get('a', lookUp))?.value).toBe(2);
  const stale = new FreshCache<number>({ size: 10, freshMs: 0 });
  expect((await stale.get('a', lookUp))?.value).toBe(3);
  expect((await stale.get('a', lookUp))?.value).toBe(4);
});

it('does not keep what a look-up brings that began before it was told to forget', async () => {
  const cache = new FreshCache<string>({ size: 10, freshMs: 60_000 });
  let answer: (value: string) => void = () => undefined;
  const early = cache.get('a', () => new Promise<string>((resolve) => (answer = resolve)));
  cache.forget('a');
  const late = cache.get('a', async () => 'new');
  answer('old');
  expect((await early)?.value).toBe('old');
  expect((await late)?.value).toBe('new');
  expect((await cache.get('a', async () => 'newer'))?.value).toBe('new');
});

it('remembers no misses, and lets go of what was used longest ago', async () => {
  const cache = new FreshCache<string>({ size: 2, freshMs: 60_000 });
  expect(await cache.get('a', async () => undefined)).toBeUndefined();
  await cache.get('a', async () => 'a1');
  await cache.get('b', async () => 'b1');
  await cache.get('a', async () => 'a2');
  await cache.get('c', async () => 'c1');
  expect((await cache.get('a', async () => 'a3'))?.value).toBe('a1');
  expect((await cache.get('b', async () => 'b2'))?.value).toBe('b2');
});

it('goes on with an old answer only within its time, and only when the database is away', async () => {
  const cache = new FreshCache<string>({ size: 2, freshMs: 0, staleMs: 60_000 });
  await cache.get('a', async () => 'old');
  expect(await cache.get('a', away)).toMatchObject({ value: 'old', degraded: true });
  await expect(cache.get('b', away)).rejects.toThrow('away');
  await expect(cache.get('a', () => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
  expect(await cache.get('a', async () => 'new')).toMatchObject({ value: 'new', degraded: false });
  const strict = new FreshCache<string>({ size: 2, freshMs: 0 });
  await strict.get('a', async () => 'old');
  await expect(strict.get('a', away)).rejects.toThrow('away');
});

import { createClient } from '@redis/client';

export const REDIS = Symbol('redis');

/** What replicas share: rate limits and cached answers. */
export interface RedisConnection {
  readonly client: { readonly isReady: boolean };
  readonly url: string;
  ready(): boolean;
  close(): Promise<void>;
}

/**
 * Connects in the background and goes on trying: Redis being away slows nothing down, it only makes each replica count
 * and cache for itself.
 */
export function connectRedis(url: string, log: (message: string) => void): RedisConnection {
  const client = createClient({
    url,
    disableOfflineQueue: true,
    socket: { connectTimeout: 500, reconnectStrategy: (tries) => Math.min(100 * 2 ** tries, 5_000) },
  });
  let away = false;
  client.on('error', () => {
    if (!away) log('redis is away: each replica counts and caches for itself until it is back');
    away = true;
  });
  client.on('ready', () => {
    if (away) log('redis is back');
    away = false;
  });
  void client.connect().catch(() => undefined);
  return { client, url, ready: () => client.isReady, close: async () => void client.destroy() };
}

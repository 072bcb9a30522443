import { CacheModule } from '@nestjs/cache-manager';
import { createKeyv } from '@cacheable/memory';
import { type DynamicModule, Module } from '@nestjs/common';
import { deserialize, serialize } from 'node:v8';
import KeyvRedis from '@keyv/redis';
import { Keyv } from 'keyv';
import { type RestatedDays, Restatement } from './restatement.js';
import { READ_LIVES, type ReadLives, VendorReads } from './vendor-reads.js';

export interface VendorReadsOptions {
  entries: number;
  redisUrl: string | undefined;
  lives: ReadLives;
  restated: RestatedDays;
}

/** Answers kept in process, or in Redis where replicas share one. */
@Module({})
export class VendorReadsModule {
  static forRoot({ entries, redisUrl, lives, restated }: VendorReadsOptions): DynamicModule {
    return {
      module: VendorReadsModule,
      global: true,
      imports: [CacheModule.register({ stores: [redisUrl ? sharedStore(redisUrl) : ownStore(entries)] })],
      providers: [
        VendorReads,
        { provide: READ_LIVES, useValue: lives },
        { provide: Restatement, useValue: new Restatement(restated) },
      ],
      exports: [VendorReads, Restatement],
    };
  }
}

/**
 * Least recently used goes first: cache-manager's own default store never lets go of what has expired. Values are handed
 * out as they are, not copied: whoever reads an answer must not change it.
 */
function ownStore(entries: number): Keyv {
  return createKeyv({
    lruSize: Math.max(1, entries),
    useClone: false,
    storeHashSize: 1,
    checkInterval: 60_000,
  }) as Keyv;
}

/** With Redis away every answer is asked anew, at once: no command waits for it. */
function sharedStore(url: string): Keyv {
  const store = new KeyvRedis(
    {
      url,
      disableOfflineQueue: true,
      socket: { connectTimeout: 500, reconnectStrategy: (tries: number) => Math.min(100 * 2 ** tries, 5_000) },
    },
    { throwOnConnectError: false, connectionTimeout: 500 },
  );
  store.on('error', () => undefined);
  // Answers hold bytes and typed arrays, which JSON does not.
  const keyv = new Keyv({
    store,
    namespace: 'mmp',
    serialize: (data) => serialize(data).toString('base64'),
    deserialize: (text) => deserialize(Buffer.from(text as string, 'base64')),
  });
  keyv.on('error', () => undefined);
  return keyv;
}

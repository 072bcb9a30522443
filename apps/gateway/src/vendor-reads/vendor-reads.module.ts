import { CACHE_MANAGER, CacheModule } from '@nestjs/cache-manager';
import { type DynamicModule, Module, type Provider } from '@nestjs/common';
import { deserialize, serialize } from 'node:v8';
import KeyvRedis from '@keyv/redis';
import { Keyv } from 'keyv';
import { OwnAnswers } from './own-answers.js';
import { type RestatedDays, Restatement } from './restatement.js';
import { ANSWER_STORE, READ_LIVES, type ReadLives, VendorReads } from './vendor-reads.js';

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
    const store: Provider = redisUrl
      ? { provide: ANSWER_STORE, useExisting: CACHE_MANAGER }
      : { provide: ANSWER_STORE, useValue: new OwnAnswers(entries) };
    return {
      module: VendorReadsModule,
      global: true,
      imports: redisUrl ? [CacheModule.register({ stores: [sharedStore(redisUrl)] })] : [],
      providers: [
        VendorReads,
        store,
        { provide: READ_LIVES, useValue: lives },
        { provide: Restatement, useValue: new Restatement(restated) },
      ],
      exports: [VendorReads, Restatement],
    };
  }
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

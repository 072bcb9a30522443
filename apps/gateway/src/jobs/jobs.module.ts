import { type DynamicModule, Module } from '@nestjs/common';
import { Log } from '../operations/log.js';
import { ChangesTidy } from './changes-tidy.js';
import { Chores } from './chores.js';
import { JobQueue } from './job-queue.js';

/** Durable jobs, for the nouns that have work of their own to follow, and chores. */
@Module({})
export class JobsModule {
  static forRoot(databaseUrl: string): DynamicModule {
    return {
      module: JobsModule,
      global: true,
      providers: [
        { provide: JobQueue, useFactory: (log: Log) => new JobQueue(databaseUrl, log), inject: [Log] },
        { provide: Chores, useFactory: (log: Log) => new Chores(log), inject: [Log] },
        ChangesTidy,
      ],
      exports: [JobQueue, Chores],
    };
  }
}

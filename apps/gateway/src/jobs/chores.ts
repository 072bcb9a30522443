import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Log } from '../operations/log.js';

/** What each process does now and then, beside what it is asked for. */
export interface Chore {
  /** What it is about, in the log. */
  readonly name: string;
  readonly everyMs: number;
  /** What goes wrong is logged, and the next time comes all the same. */
  work(): Promise<void>;
}

/** Chores, from the start until the gateway stops: not at once, and no process lives on for them. */
@Injectable()
export class Chores implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly chores: Chore[] = [];
  private timers: NodeJS.Timeout[] = [];

  constructor(private readonly log: Pick<Log, 'warn'>) {}

  /** Called while modules are put together. */
  register(chore: Chore): void {
    this.chores.push(chore);
  }

  onApplicationBootstrap(): void {
    this.timers = this.chores.map((chore) => setInterval(() => void this.run(chore), chore.everyMs).unref());
  }

  onApplicationShutdown(): void {
    for (const timer of this.timers) clearInterval(timer);
  }

  private async run({ name, work }: Chore): Promise<void> {
    try {
      await work();
    } catch (cause) {
      this.log.warn('a chore could not be done', { name, reason: String(cause) });
    }
  }
}

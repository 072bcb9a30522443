import type { LoggerService } from '@nestjs/common';
import pino, { type Logger } from 'pino';
import { ENOUGH, GatheredLines } from './gathered-lines.js';

/** One line per event: JSON for machines, coloured text when somebody is watching. Callers never hand it a secret. */
export class Log {
  private constructor(
    private readonly logger: Logger,
    private readonly flushNow: () => void,
  ) {}

  static open(level: string, stream: NodeJS.WriteStream = process.stdout): Log {
    const options = {
      level,
      base: undefined,
      timestamp: pino.stdTimeFunctions.epochTime,
      formatters: { level: (label: string) => ({ level: label }) },
    };
    if (stream.isTTY) {
      const pretty = pino.transport({
        target: 'pino-pretty',
        options: { colorize: true, translateTime: 'HH:MM:ss', singleLine: true },
      });
      return new Log(pino({ ...options, formatters: undefined }, pretty), () => undefined);
    }
    // Few characters wait here, too: what is on its way when the process ends could not be waited for.
    const destination = pino.destination({ fd: 1, sync: false, minLength: ENOUGH, periodicFlush: 200 });
    destination.on('error', () => undefined);
    const lines = new GatheredLines((text) => void destination.write(text));
    const flush = (): void => {
      try {
        destination.write(lines.take());
        destination.flushSync();
      } catch {
        // Not open yet, or the reader has gone.
      }
    };
    process.once('exit', flush);
    return new Log(pino(options, lines), flush);
  }

  /** Lines of JSON to `write`; for specs. */
  static into(level: string, write: (line: string) => void): Log {
    return new Log(pino({ level, base: undefined }, { write }), () => undefined);
  }

  /** Nothing is written; for specs. */
  static silent(): Log {
    return new Log(pino({ level: 'silent' }), () => undefined);
  }

  debug(message: string, fields: object = {}): void {
    this.logger.debug(fields, message);
  }

  info(message: string, fields: object = {}): void {
    this.logger.info(fields, message);
  }

  /** As `info`, of many lines that have `fields` in common: those are written once. */
  infoWith(fields: object): (message: string, more: object) => void {
    const logger = this.logger.child(fields);
    return (message, more) => logger.info(more, message);
  }

  warn(message: string, fields: object = {}): void {
    this.logger.warn(fields, message);
  }

  /** `cause` shows its name, message and stack. */
  error(message: string, { cause, ...fields }: { cause?: unknown } & Record<string, unknown> = {}): void {
    this.logger.error({ ...fields, cause: cause instanceof Error ? describe(cause) : cause }, message);
  }

  isEnabled(level: string): boolean {
    return this.logger.isLevelEnabled(level);
  }

  flush(): void {
    this.flushNow();
  }

  /** For Nest's own messages: its chatter at start is debug. */
  forNest(): LoggerService {
    return {
      log: (message: unknown) => this.debug(String(message)),
      debug: (message: unknown) => this.debug(String(message)),
      verbose: (message: unknown) => this.debug(String(message)),
      warn: (message: unknown) => this.warn(String(message)),
      error: (message: unknown) => this.error(String(message), { cause: message }),
      fatal: (message: unknown) => this.error(String(message), { cause: message }),
    };
  }
}

function describe(error: Error): object {
  const { name, message, stack, cause } = error;
  return { name, message, stack, cause: cause instanceof Error ? describe(cause) : undefined };
}

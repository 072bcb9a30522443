import { randomUUID } from 'node:crypto';
import type { KochavaApp } from '../world/kochava.js';
import type { World } from '../world/world.js';
import type { ReportingKey } from './access.js';
import type { ReportingBody } from './body.js';
import type { ReportKind } from './check.js';
import { contentOf, obstacleOf, type ContentLimits } from './content.js';
import { tokenOf } from './token.js';

export interface Report {
  token: string;
  /** Counts from 1. */
  number: number;
  kind: ReportKind;
  key: ReportingKey;
  app: KochavaApp;
  body: ReportingBody;
  /** What `report_request` repeats. */
  request: Record<string, unknown>;
  window: { start: number; end: number } | undefined;
  /** Milliseconds. */
  createdAt: number;
  deleted: boolean;
  /** An end that was ordered: Kochava's sentence. */
  fate?: string;
  /** Found once: whether it can be made. */
  obstacle?: { sentence: string | undefined };
  /** Tells it from another that asks the same. */
  question: string;
}

export type State =
  | { status: 'queued' | 'running' | 'deleted'; progress: number; at: number }
  | { status: 'completed'; progress: 100; at: number }
  | { status: 'error'; progress: number; at: number; sentence: string };

export interface ReportTimes {
  queuedMs: number;
  runningMs: number;
}

/** Files that are kept made; another is made again when it is asked for. */
const FILES = 8;

const questionOf = (kind: ReportKind, request: Record<string, unknown>): string =>
  JSON.stringify([
    kind,
    Object.entries(request)
      .filter(([name]) => name.toLowerCase() !== 'notify')
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);

/** Every report that was asked for. Nothing runs: what has become of one is worked out from the time that has passed. */
export class ReportStore {
  private readonly all = new Map<string, Report>();
  private readonly files = new Map<string, Buffer>();
  private fates: string[] = [];
  /** No token is given twice, also by another run: whoever keeps one must not be answered with another's report. */
  private readonly run = randomUUID();

  constructor(
    private readonly world: () => World,
    private readonly now: () => number,
    readonly times: ReportTimes,
    private readonly limits: ContentLimits,
  ) {}

  reset(): void {
    this.all.clear();
    this.files.clear();
    this.fates = [];
  }

  /** The next reports end with this: `Internal error`, `Notification failed`, or any other sentence. */
  failNext(sentence: string, times = 1): void {
    for (let i = 0; i < times; i++) this.fates.push(sentence);
  }

  add(
    asked: Pick<Report, 'kind' | 'key' | 'app' | 'body' | 'window' | 'createdAt'> & {
      request?: Record<string, unknown>;
    },
  ): Report {
    const number = this.all.size + 1;
    const request = asked.request ?? asked.body.echo();
    const fate = this.fates.shift();
    const report: Report = {
      ...asked,
      request,
      number,
      token: tokenOf(`report/${this.run}/${number}`),
      deleted: false,
      question: questionOf(asked.kind, request),
      ...(fate !== undefined && { fate }),
    };
    this.all.set(report.token, report);
    return report;
  }

  /** The one under way that asks the same: Kochava makes no second. */
  duplicateOf(kind: ReportKind, app: KochavaApp, body: ReportingBody): Report | undefined {
    const question = questionOf(kind, body.echo());
    return [...this.all.values()].find(
      (report) =>
        report.app === app &&
        report.question === question &&
        ['queued', 'running'].includes(this.stateOf(report).status),
    );
  }

  find(token: string | undefined, key: ReportingKey, app: KochavaApp): Report | undefined {
    const report = token === undefined ? undefined : this.all.get(token);
    return report?.key === key && report.app === app ? report : undefined;
  }

  byToken(token: string): Report | undefined {
    return this.all.get(token);
  }

  /** Latest first. */
  latest(key: ReportingKey, app: KochavaApp, most: number): Report[] {
    const own = [...this.all.values()].filter((report) => report.key === key && report.app === app && !report.deleted);
    return own.sort((a, b) => b.createdAt - a.createdAt || b.number - a.number).slice(0, most);
  }

  stateOf(report: Report): State {
    const { queuedMs, runningMs } = this.times;
    const elapsed = this.now() - report.createdAt;
    if (report.deleted) return { status: 'deleted', progress: 0, at: report.createdAt };
    if (elapsed < queuedMs) return { status: 'queued', progress: 0, at: report.createdAt };
    const ran = elapsed - queuedMs;
    if (ran < runningMs) {
      return { status: 'running', progress: Math.floor((100 * ran) / runningMs), at: report.createdAt + queuedMs };
    }
    const at = report.createdAt + queuedMs + runningMs;
    report.obstacle ??= { sentence: obstacleOf(this.world(), report, this.limits) };
    const sentence = report.fate ?? report.obstacle.sentence;
    if (sentence === undefined) return { status: 'completed', progress: 100, at };
    return { status: 'error', progress: /^Notification/.test(sentence) ? 100 : 0, at, sentence };
  }

  /** The report's file, unpacked. */
  fileOf(report: Report): Buffer {
    const file = this.files.get(report.token) ?? contentOf(this.world(), report);
    this.files.delete(report.token);
    this.files.set(report.token, file);
    for (const token of this.files.keys()) if (this.files.size > FILES) this.files.delete(token);
    return file;
  }
}

import {
  DEMO_REPORTING_KEY,
  KOCHAVA_ORBIT_RUNNER_IOS,
  startSandbox,
  type Sandbox,
  type SandboxOptions,
} from '../src/index.js';

export const GUID = KOCHAVA_ORBIT_RUNNER_IOS.guid;
export const FROM = Date.UTC(2026, 2, 1) / 1000;

export const named = { api_key: DEMO_REPORTING_KEY.key, app_guid: GUID };
export const SUMMARY = {
  ...named,
  time_start: String(FROM),
  time_end: String(FROM + 3 * 86_400 - 1),
  traffic: ['install', 'click'],
  traffic_grouping: ['network'],
  time_series: '24',
  time_zone: 'UTC',
  delivery_method: ['S3link'],
  delivery_format: 'csv',
};

export type Answer = Record<string, string | undefined> & { report_request?: Record<string, unknown> };

/** A sandbox whose clock stands at one instant until it is pushed, asked as clients of the Reporting API do. */
export class ReportingRig {
  private constructor(readonly sandbox: Sandbox) {}

  static async start(options: SandboxOptions = {}): Promise<ReportingRig> {
    return new ReportingRig(await startSandbox({ now: new Date('2026-03-11T13:20:00Z'), ...options }));
  }

  /** No Content-Type, as they send it. */
  async post<T = Answer>(path: string, body: unknown): Promise<T> {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const answer = await fetch(`${this.sandbox.url}${path}`, { method: 'POST', body: Buffer.from(text) });
    expect(answer.status).toBe(200);
    return (await answer.json()) as T;
  }

  push(ms: number): void {
    this.sandbox.setNow(new Date(this.sandbox.now().getTime() + ms));
  }

  async finished(body: object, kind = 'summary'): Promise<Answer> {
    const { report_token: token } = await this.post(`/v1.4/${kind}`, body);
    this.push(10_000);
    return this.post('/v1.4/progress', { ...named, token });
  }
}

export async function fileOf(progress: Answer): Promise<string> {
  const answer = await fetch(progress.report!);
  expect(answer.status).toBe(200);
  return answer.text();
}

export const table = (csv: string): Record<string, string>[] => {
  const [header, ...lines] = csv
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/,(?=(?:[^"]*"[^"]*")*[^"]*$)/));
  return lines.map((line) => Object.fromEntries(header!.map((name, index) => [name, line[index] ?? ''])));
};
export const sum = (rows: Record<string, string>[], column: string) =>
  rows.reduce((all, row) => all + Number(row[column]), 0);

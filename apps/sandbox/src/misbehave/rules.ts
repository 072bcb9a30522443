/** One way to answer badly. Times in milliseconds. */
export type Misbehaviour =
  /** Nothing is worked out: this status and body. `body` defaults to the vendor's error shape. */
  | { kind: 'status'; status: number; body?: string; headers?: Record<string, string> }
  /** 429 with Retry-After: seconds, or an HTTP date in that many seconds where `asDate` is set. Nothing is worked out. */
  | { kind: 'rate-limit'; retryAfterSeconds: number; asDate?: boolean }
  /** A web page, as proxies send it; 200 unless `status` says otherwise. Nothing is worked out. */
  | { kind: 'html'; status?: number }
  /** The right answer, but late. */
  | { kind: 'delay'; ms: number }
  /** The connection is reset, before the work is done or after it. */
  | { kind: 'reset'; when: 'before' | 'after' }
  /** The right answer up to this part of its bytes; then it pauses. `ms` absent: for good. */
  | { kind: 'stall'; part?: number; ms?: number }
  /** The right answer up to this part of its bytes. `clean`: the end is framed as if that were all; else the connection closes. */
  | { kind: 'truncate'; part?: number; clean?: boolean }
  /** The right status and headers, and a body that is no JSON. */
  | { kind: 'malformed'; body?: string }
  /** A JSON body of this many bytes. Nothing is worked out. */
  | { kind: 'huge'; bytes: number }
  /** The right answer in small pieces. */
  | { kind: 'drip'; bytes: number; everyMs: number };

export interface MisbehaviourRule {
  /** A regular expression over path and query; absent: every request. */
  path?: string;
  method?: string;
  /** How many requests it meets; `null`: all until reset. Default 1. */
  times?: number | null;
  /** Lets so many requests through first. Default 0. */
  after?: number;
  do: Misbehaviour;
}

const KINDS: readonly Misbehaviour['kind'][] = [
  'status',
  'rate-limit',
  'html',
  'delay',
  'reset',
  'stall',
  'truncate',
  'malformed',
  'huge',
  'drip',
];
const NUMBERS: Partial<Record<Misbehaviour['kind'], readonly string[]>> = {
  status: ['status'],
  'rate-limit': ['retryAfterSeconds'],
  delay: ['ms'],
  huge: ['bytes'],
  drip: ['bytes', 'everyMs'],
};

interface Armed {
  pattern: RegExp;
  method?: string;
  left: number;
  toPass: number;
  misbehaviour: Misbehaviour;
}

/** The rules in force. The first that fits a request is used up by it. */
export class MisbehaviourRules {
  private armed: Armed[] = [];

  /** @throws TypeError with a sentence, where the rule is none. */
  add(rule: MisbehaviourRule): void {
    const { kind } = rule.do ?? {};
    if (!KINDS.includes(kind)) throw new TypeError(`do.kind must be one of ${KINDS.join(', ')}`);
    for (const field of NUMBERS[kind] ?? []) {
      const value = (rule.do as unknown as Record<string, unknown>)[field];
      if (typeof value !== 'number' || !(value >= 0)) throw new TypeError(`do.${field} must be a number`);
    }
    if (rule.do.kind === 'reset' && !['before', 'after'].includes(rule.do.when)) {
      throw new TypeError('do.when must be before or after');
    }
    this.armed.push({
      pattern: new RegExp(rule.path ?? ''),
      ...(rule.method && { method: rule.method.toUpperCase() }),
      left: rule.times === null ? Infinity : (rule.times ?? 1),
      toPass: rule.after ?? 0,
      misbehaviour: rule.do,
    });
  }

  clear(): void {
    this.armed = [];
  }

  /** What this request is to suffer, if anything. */
  take(method: string, url: string): Misbehaviour | undefined {
    for (const rule of this.armed) {
      if (rule.left <= 0 || (rule.method && rule.method !== method) || !rule.pattern.test(url)) continue;
      if (rule.toPass > 0) {
        rule.toPass--;
        continue;
      }
      rule.left--;
      return rule.misbehaviour;
    }
    return undefined;
  }
}

import type { ReadPlan } from './answer-edges.js';
import { HeaderCache } from './header-cache.js';
import type { AdjustKpiRowBatch } from './row-batch.js';
import type { AdjustKpiTable } from './rows.js';
import { SameNodes, type ValueMarks } from './same-nodes.js';

/** Bytes before the rows; more is no longer cheap to keep. */
const LONGEST_HEAD = 8_192;
/** Bytes of an answer that all nodes are kept of. */
const LONGEST_BODY = 65_536;
/** Header caches are kept as for answers of so many bytes. */
const HEADERS_FOR = 16_384;
/** Bytes that the last answer takes for each byte of it, with what others make of its rows. */
const OF_LAST = 8;
/** Bytes of objects, whatever is in them. */
const SELF = 1_024;
/** What was learned so often without ever being met again is not learned any more. */
const MOST_IN_VAIN = 4;

interface Head {
  readonly bytes: Buffer;
  readonly plan: ReadPlan;
  readonly headers: HeaderCache;
  nodes?: SameNodes;
  nodesWeight: number;
  /** The last answer, and what it was read to. */
  last?: { readonly body: Buffer; readonly table: AdjustKpiTable };
}

/**
 * What the answers to one question have in common. Dashboards ask the same all day, and mostly nothing but digits
 * differs: an answer that begins with the same bytes needs no new plan, a node that was met before is known by its
 * bytes, and an answer of the same nodes has all of them. An answer is read the same with it as without. Equal heads,
 * cells, and lists of them are the same frozen objects in each answer.
 */
export class Learned {
  #answers = 0;
  #head: Head | undefined;
  #headsInVain = 0;
  #nodesInVain = 0;

  /** `use` is told at each answer how many bytes are kept. */
  constructor(private readonly use: (learned: Learned, bytes: number) => void = () => undefined) {}

  /** What an answer comes to that is the last one again, or has the nodes of one before. */
  read(body: Buffer): { plan: ReadPlan; table: AdjustKpiTable } | undefined {
    const head = this.#head;
    if (!head) return undefined;
    const table = head.last?.body.equals(body) ? head.last.table : this.#ofSameNodes(head, body);
    if (!table) return undefined;
    this.#answers++;
    this.#headsInVain = 0;
    this.#nodesInVain = 0;
    this.#used();
    return { plan: head.plan, table };
  }

  #ofSameNodes(head: Head, body: Buffer): AdjustKpiTable | undefined {
    const batches = head.nodes?.read(body);
    if (!batches) return undefined;
    const table: AdjustKpiTable = { head: head.plan.head, app: head.plan.app, batches };
    // A copy: whoever handed it over may use its bytes again.
    if (body.length <= LONGEST_BODY) head.last = { body: Buffer.from(body), table };
    return table;
  }

  /** What is known of an answer that begins with `bytes`, and how many of them it is known by. */
  headOf(bytes: Buffer, from: number, end: number): Pick<Head, 'bytes' | 'plan' | 'headers'> | undefined {
    const head = this.#head;
    const length = head?.bytes.length ?? 0;
    if (!head || from + length > end || bytes.compare(head.bytes, 0, length, from, from + length) !== 0) {
      return undefined;
    }
    this.#answers++;
    this.#headsInVain = 0;
    this.#used();
    return head;
  }

  /** Takes what an answer of so many bytes began with, when the question has come before. */
  learnHead(bytes: Buffer, plan: ReadPlan, expected: number): HeaderCache | undefined {
    this.#answers++;
    if (this.#answers < 2 || bytes.length > LONGEST_HEAD || this.#headsInVain >= MOST_IN_VAIN) return undefined;
    this.#headsInVain++;
    this.#nodesInVain = 0;
    // Most of what is learned comes after the head, and of a question that is not asked again nothing else would tell.
    const headers = new HeaderCache(Math.min(expected, HEADERS_FOR), () => this.#used());
    this.#head = { bytes: Buffer.from(bytes), plan: frozen(plan), headers, nodesWeight: 0 };
    this.#used();
    return headers;
  }

  /** Would the nodes of this answer be kept? */
  wantsNodes(body: Buffer): boolean {
    return this.#answers > 0 && body.length <= LONGEST_BODY && this.#nodesInVain < MOST_IN_VAIN;
  }

  /** Takes the nodes of a whole answer, of the plan that is kept. */
  learnNodes(body: Buffer, plan: ReadPlan, marks: ValueMarks, rows: AdjustKpiRowBatch | undefined): void {
    const head = this.#head;
    if (head?.plan !== plan) return;
    this.#nodesInVain++;
    head.nodes = new SameNodes(body, marks, rows && withFrozenNodes(rows), plan.head.kpis.length);
    head.nodesWeight = (1 + OF_LAST) * body.length + 16 * marks.length;
    this.#used();
  }

  /** Begins anew. */
  forget(): void {
    this.#head = undefined;
    this.#answers = 0;
  }

  #used(): void {
    const head = this.#head;
    if (head) this.use(this, SELF + 4 * head.bytes.length + head.headers.weight + head.nodesWeight);
  }
}

function frozen(plan: ReadPlan): ReadPlan {
  const { head, app } = plan;
  for (const list of [head.kpis, head.columns, head.events, head.trackers]) Object.freeze(list);
  for (const one of [...head.events, ...head.trackers]) Object.freeze(one);
  Object.freeze(head.parameters);
  Object.freeze(head);
  if (app) Object.freeze(app);
  return Object.freeze(plan);
}

function withFrozenNodes(rows: AdjustKpiRowBatch): AdjustKpiRowBatch {
  for (const group of rows.groups) {
    Object.freeze(group.cells);
    Object.freeze(group);
  }
  Object.freeze(rows.groups);
  Object.freeze(rows.last);
  return rows;
}

/** Bytes that all questions' may come to; the one that was asked longest ago goes first. */
const MOST_KEPT = 32 * 1024 * 1024;

/** What was learned of many questions, in memory that has a bound. */
export class LearnedOfMany {
  /** In the order of use, as a Map keeps the order of insertion. */
  readonly #kept = new Map<Learned, number>();
  #bytes = 0;

  constructor(private readonly most = MOST_KEPT) {}

  /** For a question that was not asked before. */
  begin(): Learned {
    return new Learned((learned, bytes) => this.#use(learned, bytes));
  }

  #use(learned: Learned, bytes: number): void {
    this.#bytes += bytes - (this.#kept.get(learned) ?? 0);
    this.#kept.delete(learned);
    this.#kept.set(learned, bytes);
    for (const [oldest, its] of this.#kept) {
      if (this.#bytes <= this.most) return;
      this.#kept.delete(oldest);
      this.#bytes -= its;
      oldest.forget();
    }
  }
}

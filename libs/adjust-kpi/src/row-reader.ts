import { closeAnswer, closeNode, openAnswer, readAll, type ReadPlan } from './answer-edges.js';
import { walk } from './answer-reader.js';
import type { Question } from './head.js';
import { HeaderCache, type Header } from './header-cache.js';
import { INCOMPLETE, JsonCursor } from './json-cursor.js';
import { RowBuilder, type AdjustKpiRowBatch } from './row-batch.js';
import type { AdjustCell } from './types.js';
import { Unreadable } from './unreadable.js';
import { CLOSED, COMMA, NULL_BIT, START, STOP, VALUES } from './values-table.js';
import { cellOf, isNamed, isObject, type WireObject } from './wire.js';

const CLOSE_OBJECT = 0x7d;
const CLOSE_ARRAY = 0x5d;
const COMMA_BYTE = 0x2c;
const SPACE = 0x20;
const LINE_FEED = 0x0a;

/** What comes next in the answer. */
const HEAD = 0;
/** The first node of a container, or its end. */
const FIRST = 1;
/** A node, after a comma. */
const NODE = 2;
/** What follows a node: a comma or the container's end. */
const AFTER = 3;
/** What follows a container inside its node: the node's end, or fields of no interest. */
const CLOSE = 4;
const TAIL = 5;
const DONE = 6;
/** Out of the usual order: the answer is read when all of it has come. */
const ALL = 7;

/** Pieces over this size are tried again only when twice as much has come, not at each chunk. */
const PATIENT_FROM = 65_536;

/**
 * Reads the rows of an answer while it comes, in memory that does not grow with it. The usual order (parameters before
 * rows, a node's name before what is in it) is read by bytes; a node in any other order is decoded whole, and if need be
 * the answer, up to `mostBuffered` bytes. Throws Unreadable, AdjustSaysNo.
 */
export class RowReader {
  /** Known before the first batch. */
  plan: ReadPlan | undefined;

  readonly #question: Question;
  readonly #mostBuffered: number;
  #headers = new HeaderCache(0);
  #rows = new RowBuilder();
  #work: Buffer = Buffer.alloc(0);
  #expected = Infinity;
  #view = viewOf(this.#work);
  #pos = 0;
  #end = 0;
  #tryFrom = 0;
  #next = HEAD;
  /** Index of the level whose container is open innermost. */
  #level = 0;
  /** The cells of the nodes that are open. */
  readonly #path: AdjustCell[] = [];

  constructor(question: Question, mostBuffered: number) {
    this.#question = question;
    this.#mostBuffered = mostBuffered;
  }

  /** Takes the next bytes of the body; the caller may use them again afterwards. */
  push(chunk: Buffer): void {
    this.#append(chunk);
    if (this.#end >= this.#tryFrom) this.#read();
  }

  /** Takes the whole body at once, and leaves it unchanged. */
  readWhole(body: Buffer): void {
    this.#use(body, body.length);
    this.#expected = body.length;
    this.#read();
    this.finish();
  }

  /** The rows that were read since the last time. */
  take(): AdjustKpiRowBatch | undefined {
    return this.#rows.take();
  }

  /** The body is over: throws Unreadable unless the answer is whole. */
  finish(): void {
    if (this.#next === ALL) this.#readAll();
    else if (this.#next !== DONE) this.#read();
    if (this.#next !== DONE) throw new Unreadable('it breaks off', 'truncated');
  }

  #append(chunk: Buffer): void {
    const left = this.#end - this.#pos;
    const length = left + chunk.length;
    if (length > this.#mostBuffered) {
      throw new Unreadable(`more than ${this.#mostBuffered} bytes of it can only be understood at once`, 'too-large');
    }
    if (length > this.#work.length) {
      const work = Buffer.allocUnsafeSlow(Math.max(2 * length, 2 * PATIENT_FROM));
      this.#work.copy(work, 0, this.#pos, this.#end);
      chunk.copy(work, left);
      this.#use(work, length);
    } else {
      if (this.#pos > 0) this.#work.copyWithin(0, this.#pos, this.#end);
      chunk.copy(this.#work, left);
      this.#pos = 0;
      this.#end = length;
    }
  }

  #use(work: Buffer, end: number): void {
    this.#work = work;
    this.#view = viewOf(work);
    this.#pos = 0;
    this.#end = end;
  }

  /** Reads as far as the bytes go. */
  #read(): void {
    this.#tryFrom = 0;
    try {
      if (this.#next === HEAD) this.#readHead();
      if (this.#next >= FIRST && this.#next <= CLOSE) this.#readRows();
      if (this.#next === TAIL) this.#readTail();
      if (this.#next === DONE) this.#passBlank();
    } catch (error) {
      if (error !== INCOMPLETE) throw error;
      const left = this.#end - this.#pos;
      if (left > PATIENT_FROM) this.#tryFrom = 2 * left;
    }
  }

  #cursor(): JsonCursor {
    return new JsonCursor(this.#work, this.#pos, this.#end);
  }

  #readHead(): void {
    const cursor = this.#cursor();
    this.plan = openAnswer(cursor, this.#question);
    if (this.plan) {
      this.#headers = new HeaderCache(this.#expected);
      this.#rows = new RowBuilder();
      this.#pos = cursor.pos;
    }
    this.#next = this.plan ? FIRST : ALL;
  }

  /** The inner loop. Each turn reads one piece to its end, or leaves `pos` before it until more has come. */
  #readRows(): void {
    const { head, levels } = this.plan!;
    const [work, view, end, headers, rows] = [this.#work, this.#view, this.#end, this.#headers, this.#rows];
    const leaf = levels.length - 1;
    const width = head.kpis.length;
    const table = VALUES;
    const path = this.#path;
    let [pos, next, level] = [this.#pos, this.#next, this.#level];
    rows.reserve(end - pos);
    let { text, ends, last } = rows;
    // After each batch, too, the group has to be opened anew.
    let grouped = false;

    for (;;) {
      while (pos < end && work[pos]! <= SPACE) pos++;
      this.#pos = pos;
      this.#next = next;
      this.#level = level;
      if (pos >= end) return;
      const byte = work[pos]!;

      if (next === AFTER || (next === FIRST && byte === CLOSE_ARRAY)) {
        pos++;
        if (byte === COMMA_BYTE) next = NODE;
        else if (byte !== CLOSE_ARRAY) throw new Unreadable('it is not JSON');
        else if (level === 0) break;
        else {
          level--;
          next = CLOSE;
        }
        continue;
      }
      if (next === CLOSE) {
        pos = byte === CLOSE_OBJECT ? pos + 1 : this.#closeNode();
        next = AFTER;
        continue;
      }

      const header = headers.find(view, pos, end) ?? this.#readHeader(next === FIRST);
      if (header && level < leaf) {
        path[level] = header.cell;
        grouped = false;
        pos += header.length;
        level++;
        next = FIRST;
        continue;
      }
      if (header) {
        let at = pos + header.length;
        let bytes = rows.bytes;
        let state = START;
        let values = 1;
        let seen = 0;
        while (at < end) {
          const value = work[at++]!;
          state = table[(state << 8) | value]!;
          if (state >= STOP) break;
          seen |= state;
          if (state === COMMA) values++;
          text[bytes] = value;
          if (value > SPACE) bytes++;
        }
        if (state < STOP) return;
        while (at < end && work[at]! <= SPACE) at++;
        if (at >= end) return;
        if (state === CLOSED && work[at] === CLOSE_OBJECT) {
          if (values !== width) throw new Unreadable(`a row has ${values} kpi_values for ${width} KPIs`);
          if (!grouped) rows.openGroup(path.slice(0, leaf));
          grouped = true;
          last.push(header.cell);
          text[bytes++] = LINE_FEED;
          rows.bytes = bytes;
          ends[rows.rows++] = bytes;
          if (seen & NULL_BIT) rows.nulls = true;
          pos = at + 1;
          // Most rows are followed by the next one of the same group.
          next = pos < end && work[pos] === COMMA_BYTE ? NODE : AFTER;
          if (next === NODE) pos++;
          continue;
        }
      }
      // A node in another order, numbers in quotes, fields behind the values.
      pos = this.#readNode();
      next = AFTER;
      rows.reserve(end - pos);
      ({ text, ends, last } = rows);
      grouped = false;
    }
    this.#pos = pos;
    this.#next = TAIL;
  }

  #closeNode(): number {
    const cursor = this.#cursor();
    closeNode(cursor);
    return cursor.pos;
  }

  /** Reads a node up to where its rows begin; undefined: it has to be seen whole. */
  #readHeader(first: boolean): Header | undefined {
    const { levels, names } = this.plan!;
    const here = levels[this.#level]!;
    const below = levels[this.#level + 1];
    if (!first && here.grouping === 'apps' && names.onlyApp !== undefined) {
      throw new Unreadable('it holds an app that was not asked for');
    }
    const cursor = this.#cursor();
    cursor.take('{');
    const fields: WireObject = {};
    while (!cursor.peekIs('}')) {
      const key = cursor.key();
      if (cursor.peekIs('[')) {
        const begins = below ? below.containers.includes(key) : key === 'kpi_values';
        if (!begins || !isNamed(fields, here)) return undefined;
        cursor.take('[');
        const length = cursor.pos - this.#pos;
        return this.#headers.add(this.#view, this.#pos, this.#end, length, cellOf(fields, here, names));
      }
      fields[key] = cursor.value();
      if (cursor.take(',}') === '}') break;
    }
    return undefined;
  }

  /** Decodes a node and takes the rows in it; answers with the position behind it. */
  #readNode(): number {
    const plan = this.plan!;
    const here = plan.levels[this.#level]!;
    const cursor = this.#cursor();
    const node = cursor.value();
    if (!isObject(node)) throw new Unreadable(`${here.containers[0]} holds something that is no object`);
    const path = [...this.#path.slice(0, this.#level), cellOf(node, here, plan.names)];
    walk(node, this.#level + 1, path, plan, (cells, values) => this.#rows.add(cells, values));
    return cursor.pos;
  }

  #readTail(): void {
    const cursor = this.#cursor();
    closeAnswer(cursor);
    this.#pos = cursor.pos;
    this.#next = DONE;
  }

  #readAll(): void {
    const cursor = this.#cursor();
    try {
      const { plan, rows } = readAll(cursor.value(), this.#question);
      this.plan = plan;
      this.#rows = rows;
    } catch (error) {
      if (error === INCOMPLETE) return;
      throw error;
    }
    this.#pos = cursor.pos;
    this.#next = DONE;
    this.#passBlank();
  }

  #passBlank(): void {
    const rest = this.#work.toString('latin1', this.#pos, this.#end);
    this.#pos = this.#end;
    if (rest.trim() !== '') throw new Unreadable('something follows it');
  }
}

const viewOf = (bytes: Buffer) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

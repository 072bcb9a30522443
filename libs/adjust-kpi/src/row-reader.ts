import type { AdjustKpiTable } from './rows.js';
import { closeAnswer, closeNode, openAnswer, openNode, readAll, type ReadPlan, walkNode } from './answer-edges.js';
import type { Question } from './head.js';
import { HeaderCache, type Header } from './header-cache.js';
import { InputBuffer } from './input-buffer.js';
import { INCOMPLETE, JsonCursor } from './json-cursor.js';
import { RowBuilder, type AdjustKpiRowBatch } from './row-batch.js';
import type { AdjustCell } from './types.js';
import { Unreadable } from './unreadable.js';
import { CLOSED, COMMA, NULL_BIT, START, STOP, VALUES } from './values-table.js';

/** Enums, because their numbers stand in the compiled loop; a constant of the module is looked up at each byte. */
const enum Byte {
  CloseObject = 0x7d,
  CloseArray = 0x5d,
  Comma = 0x2c,
  Space = 0x20,
  LineFeed = 0x0a,
}

/** What comes next in the answer. */
const enum Next {
  Head,
  /** The first node of a container, or its end. */
  First,
  /** A node, after a comma. */
  Node,
  /** What follows a node: a comma or the container's end. */
  After,
  /** What follows a container inside its node: the node's end, or fields of no interest. */
  Close,
  Tail,
  Done,
  /** Out of the usual order: the answer is read when all of it has come. */
  All,
}

/** Pieces over this size are tried again only when twice as much has come, not at each chunk. */
const PATIENT_FROM = 65_536;
const SMALL_STREAM = 131_072;

/**
 * Reads the rows of an answer while it comes, in memory that does not grow with it. The usual order (parameters before
 * rows, a node's name before what is in it) is read by bytes; a node in any other order is decoded whole, and if need be
 * the answer, up to `mostBuffered` bytes. Throws Unreadable, AdjustSaysNo.
 */
export class RowReader {
  /** Known before the first batch. */
  plan: ReadPlan | undefined;
  /** The whole answer, where the first chunk was all of it, and known. */
  table: AdjustKpiTable | undefined;

  readonly #question: Question;
  #in: InputBuffer;
  #headers = new HeaderCache(0);
  #rows = new RowBuilder();
  /** Bytes of the body, as far as is known; a stream is small until it is not. */
  #expected = SMALL_STREAM;
  #came = 0;
  #tryFrom = 0;
  #next: Next = Next.Head;
  /** Index of the level whose container is open innermost. */
  #level = 0;
  /** The cells of the nodes that are open. */
  readonly #path: AdjustCell[] = [];
  /** Where the values stand in a whole body, as long as every row was read by bytes. */
  #marks: number[] | undefined;
  /** Rows of a whole answer that have not been taken. */
  #ready: AdjustKpiRowBatch | undefined;

  constructor(question: Question, mostBuffered: number) {
    this.#question = question;
    this.#in = new InputBuffer(mostBuffered);
  }

  /** Takes the next bytes of the body; the caller may use them again afterwards. */
  push(chunk: Buffer): void {
    if (this.#came === 0 && this.#isWhole(chunk)) return;
    this.#in.append(chunk);
    this.#came += chunk.length;
    if (this.#came > this.#expected) {
      this.#expected = Infinity;
      this.#headers = new HeaderCache(Infinity);
    }
    if (this.#in.end >= this.#tryFrom) this.#read();
    if (this.#marks) this.#learnNodes(chunk);
  }

  /** Is this, the first of it, an answer of known nodes to its end? Small ones come in one piece. */
  #isWhole(chunk: Buffer): boolean {
    const { learned } = this.#question;
    const same = learned?.read(chunk);
    if (!same) {
      if (learned?.wantsNodes(chunk)) this.#marks = [];
      return false;
    }
    this.#came = chunk.length;
    this.plan = same.plan;
    this.table = same.table;
    [this.#ready] = same.table.batches;
    this.#next = Next.Done;
    return true;
  }

  /** The marks are places in `body`: of an answer that goes on after it they mean nothing. */
  #learnNodes(body: Buffer): void {
    if (this.#next === Next.Done && this.#marks) {
      this.#ready = this.#rows.take();
      this.#question.learned!.learnNodes(body, this.plan!, this.#marks, this.#ready);
    }
    this.#marks = undefined;
  }

  /** Takes the whole body at once, and leaves it unchanged; answers with all its rows. */
  readWhole(body: Buffer): AdjustKpiRowBatch | undefined {
    const { learned } = this.#question;
    this.#in = new InputBuffer(Infinity, body);
    this.#expected = body.length;
    if (learned?.wantsNodes(body)) this.#marks = [];
    this.#read();
    this.finish();
    this.#learnNodes(body);
    return this.take();
  }

  /** The rows that were read since the last time. */
  take(): AdjustKpiRowBatch | undefined {
    const ready = this.#ready;
    this.#ready = undefined;
    return ready ?? this.#rows.take();
  }

  /** The body is over: throws Unreadable unless the answer is whole. */
  finish(): void {
    if (this.#next === Next.All) this.#readAll();
    else if (this.#next !== Next.Done) this.#read();
    if (this.#next !== Next.Done) throw new Unreadable('it breaks off', 'truncated');
  }

  /** Reads as far as the bytes go. */
  #read(): void {
    this.#tryFrom = 0;
    try {
      if (this.#next === Next.Head) this.#readHead();
      if (this.#next >= Next.First && this.#next <= Next.Close) this.#readRows();
      if (this.#next === Next.Tail) this.#readTail();
      if (this.#next === Next.Done) this.#passBlank();
    } catch (error) {
      if (error !== INCOMPLETE) throw error;
      const left = this.#in.end - this.#in.pos;
      if (left > PATIENT_FROM) this.#tryFrom = 2 * left;
    }
  }

  #cursor(): JsonCursor {
    return new JsonCursor(this.#in.bytes, this.#in.pos, this.#in.end);
  }

  #readHead(): void {
    const { learned } = this.#question;
    const { bytes, pos, end } = this.#in;
    const known = learned?.headOf(bytes, pos, end);
    if (known) {
      this.plan = known.plan;
      this.#headers = known.headers;
      this.#in.pos = pos + known.bytes.length;
      this.#next = Next.First;
      return;
    }
    const cursor = this.#cursor();
    this.plan = openAnswer(cursor, this.#question);
    if (this.plan) {
      const kept = learned?.learnHead(bytes.subarray(pos, cursor.pos), this.plan, this.#expected);
      this.#headers = kept ?? new HeaderCache(this.#expected);
      this.#in.pos = cursor.pos;
    }
    this.#next = this.plan ? Next.First : Next.All;
  }

  /** The inner loop. Each turn reads one piece to its end, or leaves `pos` before it until more has come. */
  #readRows(): void {
    const { head, levels } = this.plan!;
    const input = this.#in;
    const { bytes: work, view, end } = input;
    const headers = this.#headers;
    const rows = this.#rows;
    const leaf = levels.length - 1;
    const width = head.kpis.length;
    const table = VALUES;
    const stop = STOP;
    const comma = COMMA;
    const path = this.#path;
    let { pos } = input;
    let next = this.#next;
    let level = this.#level;
    const marks = this.#marks;
    rows.reserve(end - pos);
    let { text, last } = rows;
    // After each batch, too, the group has to be opened anew.
    let grouped = false;

    for (;;) {
      while (pos < end && work[pos]! <= Byte.Space) pos++;
      input.pos = pos;
      this.#next = next;
      this.#level = level;
      if (pos >= end) return;
      const byte = work[pos]!;

      if (next === Next.After || (next === Next.First && byte === Byte.CloseArray)) {
        pos++;
        if (byte === Byte.Comma) next = Next.Node;
        else if (byte !== Byte.CloseArray) throw new Unreadable('it is not JSON');
        else if (level === 0) break;
        else {
          level--;
          next = Next.Close;
        }
        continue;
      }
      if (next === Next.Close) {
        pos = byte === Byte.CloseObject ? pos + 1 : this.#closeNode();
        next = Next.After;
        continue;
      }

      const header = headers.find(view, pos, end) ?? this.#readHeader(next === Next.First);
      if (header && level < leaf) {
        path[level] = header.cell;
        grouped = false;
        pos += header.length;
        level++;
        next = Next.First;
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
          if (state >= stop) break;
          seen |= state;
          if (state === comma) values++;
          text[bytes] = value;
          if (value > Byte.Space) bytes++;
        }
        if (state < stop) return;
        const closed = at;
        while (at < end && work[at]! <= Byte.Space) at++;
        if (at >= end) return;
        if (state === CLOSED && work[at] === Byte.CloseObject) {
          if (values !== width) throw new Unreadable(`a row has ${values} kpi_values for ${width} KPIs`);
          if (!grouped) rows.openGroup(path.slice(0, leaf));
          grouped = true;
          last.push(header.cell);
          text[bytes++] = Byte.LineFeed;
          rows.bytes = bytes;
          rows.rows++;
          if (marks) marks.push(pos + header.length, closed);
          if (seen & NULL_BIT) rows.nulls = true;
          pos = at + 1;
          // Most rows are followed by the next one of the same group.
          next = pos < end && work[pos] === Byte.Comma ? Next.Node : Next.After;
          if (next === Next.Node) pos++;
          continue;
        }
      }
      // A node in another order, numbers in quotes, fields behind the values.
      pos = this.#readNode();
      next = Next.After;
      rows.reserve(end - pos);
      ({ text, last } = rows);
      grouped = false;
    }
    input.pos = pos;
    this.#next = Next.Tail;
  }

  #closeNode(): number {
    const cursor = this.#cursor();
    closeNode(cursor);
    return cursor.pos;
  }

  /** Reads a node up to where its rows begin; undefined: it has to be seen whole. */
  #readHeader(first: boolean): Header | undefined {
    const { view, pos, end } = this.#in;
    const cursor = this.#cursor();
    const cell = openNode(cursor, this.plan!, this.#level, first);
    return cell && this.#headers.add(view, pos, end, cursor.pos - pos, cell);
  }

  /** Decodes a node and takes the rows in it; answers with the position behind it. */
  #readNode(): number {
    this.#marks = undefined;
    const cursor = this.#cursor();
    const path = this.#path.slice(0, this.#level);
    walkNode(cursor.value(), path, this.plan!, (cells, values) => this.#rows.add(cells, values));
    return cursor.pos;
  }

  #readTail(): void {
    const cursor = this.#cursor();
    closeAnswer(cursor);
    this.#in.pos = cursor.pos;
    this.#next = Next.Done;
  }

  #readAll(): void {
    this.#marks = undefined;
    const cursor = this.#cursor();
    try {
      const { plan, rows } = readAll(cursor.value(), this.#question);
      this.plan = plan;
      this.#rows = rows;
    } catch (error) {
      if (error === INCOMPLETE) return;
      throw error;
    }
    this.#in.pos = cursor.pos;
    this.#next = Next.Done;
    this.#passBlank();
  }

  #passBlank(): void {
    const rest = this.#in.bytes.toString('latin1', this.#in.pos, this.#in.end);
    this.#in.pos = this.#in.end;
    if (rest.trim() !== '') throw new Unreadable('something follows it');
  }
}

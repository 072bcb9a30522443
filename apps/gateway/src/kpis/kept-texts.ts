import type { RowSource } from './row-source.js';

/** Rows as they were written in one form. */
export interface Written {
  readonly text: string | Buffer;
  /** An ETag, and what it is of beside the text. */
  tag?: { readonly of: string; readonly value: string };
}

/** Characters of one text that may be kept, and of all. */
const LONGEST = 512 * 1024;
const MOST = 32 * 1024 * 1024;

type Forms = Map<unknown, Written>;

/**
 * What was written of rows that come again, as those of a kept answer do: once for each form. Rows that come for the first
 * time are not kept, because most are never met again; those that were written longest ago go first.
 */
export class KeptTexts {
  private readonly kept = new Map<RowSource, Forms>();
  private readonly met = new WeakSet<RowSource>();
  private length = 0;

  constructor(private readonly most = MOST) {}

  /** `form`: what tells how they are written; whatever writes the same has the same. */
  of(rows: RowSource, form: unknown, write: () => string | Buffer): Written {
    const known = this.kept.get(rows);
    const written = known?.get(form);
    if (written) {
      this.kept.delete(rows);
      this.kept.set(rows, known!);
      return written;
    }
    const made: Written = { text: write() };
    if (!this.met.has(rows)) this.met.add(rows);
    else if (made.text.length <= LONGEST) this.keep(rows, known ?? new Map<unknown, Written>(), form, made);
    return made;
  }

  private keep(rows: RowSource, forms: Forms, form: unknown, made: Written): void {
    forms.set(form, made);
    this.kept.delete(rows);
    this.kept.set(rows, forms);
    this.length += made.text.length;
    for (const [oldest, its] of this.kept) {
      if (this.length <= this.most) return;
      this.kept.delete(oldest);
      for (const { text } of its.values()) this.length -= text.length;
    }
  }
}

/** All that is written of rows, at every door, is kept in one measure. */
export const keptTexts = new KeptTexts();

import type { RowSource } from './row-source.js';

/** Rows as they were written in one form. */
export interface Written {
  readonly text: string | Buffer;
  /** An ETag, and what it is of beside the text. */
  tag?: { readonly of: string; readonly value: string };
}

/** Characters of one text that may be kept, and of all, each with its form. */
const LONGEST = 512 * 1024;
const MOST = 32 * 1024 * 1024;
/** What else is kept with each of them counts as so many more, whatever it is: texts of no rows have two characters. */
const SELF = 512;

type Forms = Map<string, Written>;

/**
 * What was written of rows that come again, as those of a kept answer do: once for each form. Rows that come for the first
 * time are not kept, because most are never met again; those that were written longest ago go first.
 */
export class KeptTexts {
  private readonly kept = new Map<RowSource, Forms>();
  private readonly met = new WeakSet<RowSource>();
  private length = 0;

  constructor(private readonly most = MOST) {}

  /** `form`: what tells how they are written; whatever writes the same has the same. It is a caller's, and may be long. */
  of(rows: RowSource, form: string, write: () => string | Buffer): Written {
    const known = this.kept.get(rows);
    const written = known?.get(form);
    if (written) {
      this.kept.delete(rows);
      this.kept.set(rows, known!);
      return written;
    }
    const made: Written = { text: write() };
    if (!this.met.has(rows)) this.met.add(rows);
    else if (weightOf(form, made) <= LONGEST) this.keep(rows, known ?? new Map<string, Written>(), form, made);
    return made;
  }

  private keep(rows: RowSource, forms: Forms, form: string, made: Written): void {
    forms.set(form, made);
    this.kept.delete(rows);
    this.kept.set(rows, forms);
    this.length += weightOf(form, made);
    for (const [oldest, its] of this.kept) {
      if (this.length <= this.most) return;
      this.kept.delete(oldest);
      for (const [name, one] of its) this.length -= weightOf(name, one);
    }
  }
}

const weightOf = (form: string, { text }: Written): number => form.length + text.length + SELF;

/** All that is written of rows, at every door, is kept in one measure. */
export const keptTexts = new KeptTexts();

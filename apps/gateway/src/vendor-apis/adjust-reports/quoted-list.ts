/** A bare item begins with no space, so that there is one way to read many of them: this takes strangers' texts. */
const ITEM = /\s*(?:"((?:[^"]|"")*)"\s*|([^\s",][^",]*|))(,|$)/y;

/**
 * A list of the Report Service: one line of CSV, of bare values and quoted ones, whose quotes protect commas. Undefined
 * where it can be read in more than one way.
 */
export function readQuotedList(text: string): string[] | undefined {
  const items: string[] = [];
  ITEM.lastIndex = 0;
  for (;;) {
    const [, quoted, bare, end] = ITEM.exec(text) ?? [];
    if (end === undefined) return undefined;
    const item = quoted?.replaceAll('""', '"') ?? bare!.trim();
    if (item !== '') items.push(item);
    if (end === '') return items;
  }
}

// The result as one table, and whether each number is where it must be.

/** `target`: {atLeast} or {atMost}, of the ratio unless `of` says ours. */
export function judged(rows) {
  return rows.map((row) => {
    const { atLeast, atMost, of = 'ratio' } = row.target;
    const value = row[of];
    return { ...row, ok: atLeast !== undefined ? value >= atLeast : value <= atMost };
  });
}

export function tableOf(rows) {
  const cells = [
    ['work', 'ours', 'compared with', 'ratio', 'target', ''],
    ...rows.map(({ work, ours, proxy, base, unit, ratio, target, ok }) => [
      work,
      `${short(ours)} ${unit}`,
      proxy !== undefined ? `proxy ${short(proxy)}` : base !== undefined ? short(base) : '',
      proxy === undefined && base === undefined ? '' : short(ratio),
      `${target.atLeast !== undefined ? '≥' : '≤'} ${target.atLeast ?? target.atMost}${target.of ? ` ${unit}` : ''}`,
      ok ? 'ok' : 'behind',
    ]),
  ];
  const widths = cells[0].map((_, column) => Math.max(...cells.map((line) => line[column].length)));
  const right = new Set([1, 2, 3]);
  const lines = cells.map((line) =>
    line
      .map((cell, column) => (right.has(column) ? cell.padStart(widths[column]) : cell.padEnd(widths[column])))
      .join('  ')
      .trimEnd(),
  );
  lines.splice(1, 0, widths.map((width) => '-'.repeat(width)).join('  '));
  return lines.join('\n');
}

const short = (value) =>
  value >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(value < 1 ? 2 : 3)));

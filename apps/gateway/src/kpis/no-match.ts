import type { KpiQuestion } from './kpi-question.js';
import type { SourceReport } from './kpi-source.js';

/** Filters by name: a name that is misspelled is no error, since vendors have new ones every day. */
const NAMED = ['networks', 'campaigns', 'events'] as const;
/** Told of each filter; more are counted. */
const MOST_TOLD = 10;

/** For an answer of which the names that were asked for have left nothing, though the vendor had rows. */
export function warnOfNoMatch(report: SourceReport, { filter }: KpiQuestion): void {
  const asked = NAMED.flatMap((kind) => {
    const names = filter[kind];
    return names ? [{ kind, names: listed(names) }] : [];
  });
  const [first] = asked;
  if (!first) return;
  report.warnings.push(
    asked.length === 1
      ? `None of these ${first.kind} has rows here: ${first.names}.`
      : `No row here is of all that was asked for: ${asked.map(({ kind, names }) => `${kind} ${names}`).join('; ')}.`,
  );
}

function listed(names: readonly string[]): string {
  const told = names.slice(0, MOST_TOLD).map((name) => JSON.stringify(name));
  return names.length > told.length ? `${told.join(', ')} and ${names.length - told.length} more` : told.join(', ');
}

import { isoTime } from '#libs/domain';
import type { Params } from './kpi-params.js';
import type { SourceReport } from './kpi-source.js';
import type { KpiSourceView } from './kpi-source-view.js';

interface KnownText extends Pick<SourceReport, 'apps' | 'status' | 'currencies' | 'warnings' | 'metricNames'> {
  readonly seesApps: boolean;
  readonly params: Params | undefined;
  /** What stands before and behind the time at which the numbers were fetched. */
  readonly before: string;
  readonly behind: string;
}

const FETCHED = ',"fetchedAt":';

/**
 * Sources as JSON. Of a question that comes again mostly nothing differs but when its numbers were fetched: all else is
 * written once, for as long as what the question came to is kept.
 */
export class SourceTexts {
  private readonly known = new WeakMap<object, KnownText>();

  /** Of a source without reports, as `toRest` shows it. */
  of(view: KpiSourceView, params: Params | undefined): string {
    const { report, seesApps } = view;
    if (report.error || !report.fetchedAt) return JSON.stringify(view.toRest([], params));
    const fetched = `${FETCHED}"${isoTime(report.fetchedAt.getTime())}"`;
    const known = this.known.get(report.settings);
    if (known && known.seesApps === seesApps && known.params === params && saysTheSame(known, report)) {
      return known.before + fetched + known.behind;
    }
    const text = JSON.stringify(view.toRest([], params));
    const at = text.indexOf(fetched);
    const { apps, status, currencies, warnings, metricNames } = report;
    const [before, behind] = [text.slice(0, at), text.slice(at + fetched.length)];
    const made = { apps, status, currencies, warnings, metricNames, seesApps, params, before, behind };
    this.known.set(report.settings, made);
    return text;
  }
}

/** With the same settings, a source is one vendor's and has the same unsupported parts. */
const saysTheSame = (known: KnownText, report: SourceReport): boolean =>
  known.apps === report.apps &&
  known.status === report.status &&
  known.metricNames === report.metricNames &&
  areSame(known.currencies, report.currencies) &&
  areSame(known.warnings, report.warnings);

const areSame = (one: readonly string[], other: readonly string[]): boolean =>
  one === other || (one.length === other.length && one.every((text, index) => text === other[index]));

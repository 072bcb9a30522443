import { requireScope } from '#libs/domain';
import { type App, appOf } from '../apps/app.model.js';
import type { AnswerFrame } from './answer-frame.js';
import type { KpiSource } from './kpi.model.js';
import { type Params, partInUrl } from './kpi-params.js';
import type { SourceReport } from './kpi-source.js';

/** One of `sources`. */
export class KpiSourceView implements Omit<KpiSource, 'apps' | 'reports'> {
  readonly vendor;
  readonly service;
  readonly status;
  readonly fetchedAt;
  readonly currencies;
  readonly warnings;
  readonly settings;
  readonly metricNames;
  readonly unsupported;

  constructor(
    readonly report: SourceReport,
    private readonly frame: AnswerFrame,
  ) {
    this.vendor = report.vendor;
    this.service = report.service;
    this.status = report.status;
    this.fetchedAt = report.fetchedAt;
    this.currencies = report.currencies;
    this.warnings = report.warnings;
    this.settings = report.settings;
    this.metricNames = report.metricNames;
    this.unsupported = report.unsupported;
  }

  get error(): KpiSource['error'] {
    const { error } = this.report;
    return (
      error && { code: error.code, message: error.message, retryAfterSeconds: error.details.retryAfterSeconds ?? null }
    );
  }

  /** The reports that its numbers are, or will be, read from. */
  get reportIds(): readonly string[] {
    return this.report.reports;
  }

  get seesApps(): boolean {
    return this.frame.tenant.scopes.has('apps:read');
  }

  isAbout(appId: string): boolean {
    return this.report.apps.some(({ id }) => id === appId);
  }

  get apps(): Promise<App[]> {
    requireScope(this.frame.tenant, 'apps:read');
    return this.frame.appsById().then((byId) =>
      this.report.apps.flatMap(({ id }) => {
        const app = byId.get(id);
        return app ? [appOf(app)] : [];
      }),
    );
  }

  /**
   * As REST shows it, where an app is its id and name; none for a key without apps:read. `params`: of the URL that asked,
   * whose words for parts of the question are told.
   */
  toRest(reports: readonly object[], params?: Params): object {
    const { report, error, seesApps } = this;
    return {
      vendor: report.vendor,
      service: report.service,
      apps: seesApps ? report.apps.map(({ id, name }) => ({ id, name })) : [],
      status: report.status,
      fetchedAt: report.fetchedAt,
      currencies: report.currencies,
      warnings: report.warnings,
      settings: report.settings,
      metricNames: report.metricNames,
      unsupported: params ? report.unsupported.map((part) => partInUrl(part, params)) : report.unsupported,
      error,
      reports,
    };
  }
}

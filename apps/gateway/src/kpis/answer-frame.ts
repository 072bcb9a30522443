import type { TenantContext } from '#libs/domain';
import type { AppRecord } from '#libs/tenancy';
import type { KpiLayout } from './kpi-layout.js';
import type { KpiQuestion } from './kpi-question.js';

/** What the whole answer's rows share. */
export interface AnswerFrame {
  tenant: TenantContext;
  question: KpiQuestion;
  layout: KpiLayout;
  /** Whole apps behind the ids in the rows; asked for only when a query selects one. */
  appsById: () => Promise<ReadonlyMap<string, AppRecord>>;
}

import { Inject, Injectable } from '@nestjs/common';
import { badInput, type TenantContext } from '#libs/domain';
import { asked as thoseAsked, chosen, failIfAsked, prepared } from '../kpis/kpi-policy.js';
import { questionOf } from '../kpis/kpi-question.js';
import type { KpiSourceService } from '../kpis/kpi-source.js';
import { KPI_SOURCES } from '../kpis/kpis.service.js';
import type { AskedReport } from '../reports/asked-report.js';
import { kpiReportProblems } from './report-problems.js';
import { asReportProblems, questionOfReport } from './report-question.js';

/** What is wrong with a KPI report, as far as it can be told without asking a vendor. */
@Injectable()
export class ReportQuestionChecks {
  constructor(@Inject(KPI_SOURCES) private readonly sources: readonly KpiSourceService[]) {}

  /**
   * BAD_USER_INPUT for what is wrong with what was asked, all of one kind at once; UNSUPPORTED where a vendor that was
   * named, or every vendor, can not answer it.
   */
  async check(tenant: TenantContext, appId: string, asked: AskedReport): Promise<void> {
    const problems = kpiReportProblems(asked, () => true);
    if (problems.length > 0) throw badInput(problems);
    const { input } = questionOfReport(asked, appId);
    await asReportProblems(async () => {
      const question = questionOf(input);
      const request = { tenant, question, appIds: [appId], waitSeconds: 0 };
      const told = thoseAsked(question, await prepared(chosen(this.sources, question), request));
      failIfAsked(
        told.map(({ report }) => report),
        question,
        'ERROR',
      );
    });
  }
}

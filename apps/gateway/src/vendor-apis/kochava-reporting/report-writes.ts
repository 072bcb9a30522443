import { Injectable } from '@nestjs/common';
import { GatewayError, type TenantContext } from '#libs/domain';
import type { KochavaReportKind } from '#libs/kochava-reporting';
import { ReportRequestsService } from '../../reports/report-requests.service.js';
import type { ReportFailure, ReportOfApp } from '../../reports/report.model.js';
import { OwnApp } from './own-app.js';
import { ReportNaming } from './report-naming.js';
import type { ReportingBody } from './reporting-body.js';
import { type Outcome, post } from './reporting-call.js';
import { TokenOwners } from './token-owners.js';
import { writtenReport } from './written-report.js';

/** Reports asked for and taken back at Kochava's door, in the room where all of them are. */
@Injectable()
export class ReportWrites {
  constructor(
    private readonly app: OwnApp,
    private readonly requests: ReportRequestsService,
    private readonly naming: ReportNaming,
    private readonly owners: TokenOwners,
  ) {}

  /** Always with a token: of the report that was made, or of the same one under way. OUTCOME_UNKNOWN where none comes. */
  async create(tenant: TenantContext, endpoint: KochavaReportKind, body: ReportingBody): Promise<object> {
    const app = await this.app.of(tenant, body, 'report.request');
    const asked = writtenReport(endpoint, body);
    const key = await this.naming.keyOf(tenant, app.id, asked.asked);
    const { value } = await this.requests.ask(tenant, app.id, () => asked, key);
    return createdAs(value.upstreamToken === null ? await this.naming.named(tenant, value) : value);
  }

  /** What is no report of ours is asked about first, and passed on: an answer, or a call that is still to be made. */
  async delete(tenant: TenantContext, body: ReportingBody): Promise<Outcome> {
    const app = await this.app.of(tenant, body, 'report.delete');
    const token = body.must('token');
    const row = await this.owners.reportOf(tenant, app, token);
    if (row) {
      await this.requests.delete(tenant, row.id).catch((error: unknown) => {
        if (error instanceof GatewayError && error.code === 'CONFLICT') throw notCancelable(error);
        throw error;
      });
      return { done: { status: 'deleted' } };
    }
    const request = { app_guid: app.upstreamName, token };
    return {
      call: {
        action: 'report.delete',
        operation: 'delete',
        scope: 'reports:write',
        request,
        prepare: async (note) => {
          note({ appId: app.id });
          await this.owners.confirmReport(tenant, app, token);
          return post('delete', request);
        },
      },
    };
  }
}

function createdAs({ status, upstreamToken, failure, statusDetail }: ReportOfApp): object {
  if (upstreamToken !== null) {
    return { status: status === 'IN_PROGRESS' ? 'running' : 'queued', report_token: upstreamToken };
  }
  if (status === 'FAILED' && failure) throw failed(failure);
  const says = statusDetail ?? 'Kochava’s answer was lost: the report is looked for, and not asked for again.';
  throw new GatewayError('OUTCOME_UNKNOWN', `${says} Look for it with /tokens before you ask again.`, {
    vendor: 'KOCHAVA',
    sent: 'maybe',
  });
}

const failed = ({ code, message }: ReportFailure): GatewayError =>
  new GatewayError(code, message, { vendor: 'KOCHAVA' });

/** S0 "Delete a Queued Report". */
const notCancelable = ({ details }: GatewayError): GatewayError =>
  new GatewayError('CONFLICT', 'Error the report is not in a state that can be canceled', details);

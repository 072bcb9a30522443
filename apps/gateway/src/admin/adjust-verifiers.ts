import { Injectable } from '@nestjs/common';
import { AdjustKpiClient } from '#libs/adjust-kpi';
import { AdjustReportsClient } from '#libs/adjust-reports';
import { AppRegistry } from '#libs/tenancy';
import { someNames, type Verify } from './verify.js';

@Injectable()
export class AdjustVerifiers {
  readonly verifiers: Readonly<Record<'adjust' | 'adjust-reports', Verify>>;

  constructor(apps: AppRegistry, kpis: AdjustKpiClient, reports: AdjustReportsClient) {
    this.verifiers = {
      adjust: async (credential, tenantId) => kpis.verify(credential, await someNames(apps, tenantId, 'adjustToken')),
      'adjust-reports': (credential) => reports.verify(credential),
    };
  }
}

import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import type { TenantContext } from '#libs/domain';
import { type Viewer, viewerOf } from './viewer.model.js';

@Injectable()
export class ViewerService {
  constructor(private readonly audit: AuditLog) {}

  /** Any key. */
  find(tenant: TenantContext): Promise<Viewer> {
    return this.audit.around(tenant, 'viewer.read', {}, async () => viewerOf(tenant));
  }
}

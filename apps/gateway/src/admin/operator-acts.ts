import { Injectable } from '@nestjs/common';
import { type AuditAction, AuditLog, type AuditNote, type AuditTarget } from '#libs/audit';
import { GatewayError, type OperatorContext } from '#libs/domain';
import { type TenantRecord, Tenants } from '#libs/tenancy';

/** What the operator does, audited: to one tenant in that tenant's chain, to the list of tenants in the operator's own. */
@Injectable()
export class OperatorActs {
  constructor(
    private readonly tenants: Tenants,
    private readonly audit: AuditLog,
  ) {}

  /** NOT_FOUND where there is no tenant of this slug; `work`'s answer or error passes. */
  async on<T>(
    operator: OperatorContext,
    slug: string,
    action: AuditAction,
    target: AuditTarget,
    work: (tenant: TenantRecord, note: AuditNote) => Promise<T>,
  ): Promise<T> {
    const tenant = await this.find(operator, slug, action);
    return this.audit.around(operator, action, { ...target, tenantId: tenant.id }, (note) => work(tenant, note));
  }

  /** As `on`, in the operator's own chain. */
  beyond<T>(
    operator: OperatorContext,
    action: AuditAction,
    target: AuditTarget,
    work: (note: AuditNote) => Promise<T>,
  ): Promise<T> {
    return this.audit.around(operator, action, target, work);
  }

  private async find(operator: OperatorContext, slug: string, action: AuditAction): Promise<TenantRecord> {
    try {
      return await this.tenants.get(slug);
    } catch (error) {
      if (error instanceof GatewayError) {
        this.audit.denied(operator, action, error.code, { resource: `tenant:${slug}` });
      }
      throw error;
    }
  }
}

import { Injectable } from '@nestjs/common';
import { PrismaService, type ReportModel } from '#libs/database';
import type { TenantContext } from '#libs/domain';

/** On whose behalf a job asks: the key that asked for the report, for its one app, and for nothing but KPIs. Keys stay, revoked ones too. */
@Injectable()
export class JobContext {
  constructor(private readonly prisma: PrismaService) {}

  /** The audit finds the job's questions by the report's id, which stands for the request's. */
  async of({ id, tenantId, appId, keyId }: ReportModel, signal: AbortSignal): Promise<TenantContext> {
    const [tenant, key] = await Promise.all([
      this.prisma.tenant.findUniqueOrThrow({ where: { id: tenantId }, select: { slug: true, name: true } }),
      this.prisma.apiKey.findUniqueOrThrow({ where: { id: keyId! }, select: { name: true } }),
    ]);
    return {
      kind: 'tenant',
      tenantId,
      tenantSlug: tenant.slug,
      tenantName: tenant.name,
      keyId: keyId!,
      keyName: key.name,
      scopes: new Set(['kpis:read']),
      appIds: new Set([appId]),
      edge: 'JOB',
      requestId: id,
      signal,
    };
  }
}

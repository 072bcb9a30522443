import { ID, ObjectType } from '@nestjs/graphql';
import type { TenantContext } from '#libs/domain';
import { Public } from '../edge/public-type.js';

@ObjectType()
export class Tenant {
  @Public(() => ID, { openApi: { type: 'string' } })
  id!: string;

  @Public(() => String)
  slug!: string;

  @Public(() => String)
  name!: string;
}

@ObjectType()
export class Viewer {
  @Public(() => Tenant)
  tenant!: Tenant;

  @Public(() => String)
  keyName!: string;

  @Public(() => [String])
  scopes!: string[];

  @Public(() => [ID], {
    nullable: true,
    openApi: { type: 'array', items: { type: 'string' } },
    description: 'Null when the key may touch every app of the tenant.',
  })
  appIds!: string[] | null;
}

/** Who a key is, as it may know itself. */
export function viewerOf(tenant: TenantContext): Viewer {
  return {
    tenant: { id: tenant.tenantId, slug: tenant.tenantSlug, name: tenant.tenantName },
    keyName: tenant.keyName,
    scopes: [...tenant.scopes].sort(),
    appIds: tenant.appIds && [...tenant.appIds].sort(),
  };
}

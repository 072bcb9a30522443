import { Args, ArgsType, Field, ID, Query, Resolver } from '@nestjs/graphql';
import { ArrayMinSize, IsOptional } from 'class-validator';
import type { TenantContext } from '#libs/domain';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import { VendorIds } from './links-rules.js';
import { Advertiser, Agency, MediaPartner } from './partner.model.js';
import { PartnersService } from './partners.service.js';

@ArgsType()
export class MediaPartnersArgs {
  @Field(() => [ID], { nullable: true, description: 'Absent: every network. Else the private ones of these apps.' })
  @IsOptional()
  @ArrayMinSize(1, { message: 'must name at least one app, or be left out' })
  @VendorIds()
  kochavaAppIds?: string[] | null;
}

@Resolver()
export class PartnersResolver {
  constructor(private readonly service: PartnersService) {}

  @Query(() => [Advertiser], { nullable: true, description: 'Scope smartlinks:read.' })
  @NeedsScope('smartlinks:read')
  async advertisers(
    @Tenant() tenant: TenantContext,
    @Args('hasWriteAccess', { type: () => Boolean, nullable: true }) hasWriteAccess?: boolean | null,
  ): Promise<Advertiser[]> {
    return (await this.service.advertisers(tenant, hasWriteAccess)).value;
  }

  @Query(() => [Agency], { nullable: true, description: 'Scope smartlinks:read.' })
  @NeedsScope('smartlinks:read')
  async agencies(@Tenant() tenant: TenantContext): Promise<Agency[]> {
    return (await this.service.agencies(tenant)).value;
  }

  @Query(() => [MediaPartner], { nullable: true, description: 'Scope smartlinks:read.' })
  @NeedsScope('smartlinks:read')
  async mediaPartners(@Tenant() tenant: TenantContext, @Args() args: MediaPartnersArgs): Promise<MediaPartner[]> {
    return (await this.service.mediaPartners(tenant, args.kochavaAppIds)).value;
  }
}

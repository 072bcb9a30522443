import { Body, Controller, Get, Param, Put } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { OperatorContext } from '#libs/domain';
import type { Limits, LimitsInput, NetworkAlias, NetworkAliasInput } from '#libs/tenancy';
import { Described } from '../edge/described.js';
import { ForOperator, Operator } from '../edge/needs-scope.js';
import { LimitsModel, NetworkAliasModel } from './admin.models.js';
import { TenantSettingsAdmin } from './tenant-settings-admin.service.js';

@ApiTags('Administration')
@ForOperator()
@Controller('v1/admin/tenants/:slug')
export class TenantSettingsAdminController {
  constructor(private readonly service: TenantSettingsAdmin) {}

  @Get('network-aliases')
  @Described('One name for a network that the vendors name differently. Operator only.', NetworkAliasModel, 'array')
  getAliases(@Operator() operator: OperatorContext, @Param('slug') slug: string): Promise<NetworkAlias[]> {
    return this.service.getAliases(operator, slug);
  }

  @Put('network-aliases')
  @ApiBody({ type: [NetworkAliasModel] })
  @Described('Replaces the whole list of network names. Operator only.', NetworkAliasModel, 'array')
  putAliases(
    @Operator() operator: OperatorContext,
    @Param('slug') slug: string,
    @Body() input: NetworkAliasInput[],
  ): Promise<NetworkAlias[]> {
    return this.service.putAliases(operator, slug, input);
  }

  @Get('limits')
  @Described('Where this tenant’s data may go. Operator only.', LimitsModel)
  getLimits(@Operator() operator: OperatorContext, @Param('slug') slug: string): Promise<Limits> {
    return this.service.getLimits(operator, slug);
  }

  @Put('limits')
  @ApiBody({ type: LimitsModel })
  @Described('Replaces both bounds; one that is absent or null is lifted. Operator only.', LimitsModel)
  putLimits(
    @Operator() operator: OperatorContext,
    @Param('slug') slug: string,
    @Body() input: LimitsInput,
  ): Promise<Limits> {
    return this.service.putLimits(operator, slug, input);
  }
}

import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { TenantContext } from '#libs/domain';
import { Described } from '../edge/described.js';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import { Viewer } from './viewer.model.js';
import { ViewerService } from './viewer.service.js';

@ApiTags('Viewer')
@Controller('v1/viewer')
export class ViewerController {
  constructor(private readonly service: ViewerService) {}

  @Get()
  @NeedsScope('any')
  @Described('Who this key is, and what it may do. Any key.', Viewer)
  get(@Tenant() tenant: TenantContext): Promise<Viewer> {
    return this.service.find(tenant);
  }
}

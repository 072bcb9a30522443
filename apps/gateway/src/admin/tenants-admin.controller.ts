import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { OperatorContext } from '#libs/domain';
import type { TenantRecord } from '#libs/tenancy';
import { Described } from '../edge/described.js';
import { type RestList, restList } from '../edge/list-reply.js';
import { ForOperator, Operator } from '../edge/needs-scope.js';
import { NewTenantModel, PageArgs, TenantModel, TenantNameModel } from './admin.models.js';
import { type TenantInput, TenantsAdmin } from './tenants-admin.service.js';

@ApiTags('Administration')
@ForOperator()
@Controller('v1/admin/tenants')
export class TenantsAdminController {
  constructor(private readonly service: TenantsAdmin) {}

  @Post()
  @ApiBody({ type: NewTenantModel })
  @Described('Makes a tenant. Operator only.', TenantModel, 'one', 201)
  async create(@Operator() operator: OperatorContext, @Body() input: TenantInput): Promise<TenantModel> {
    return shown(await this.service.create(operator, input));
  }

  @Get()
  @Described('The tenants, oldest first. Operator only.', TenantModel, 'list')
  async list(
    @Operator() operator: OperatorContext,
    @Query() args: PageArgs,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestList<TenantModel>> {
    const { nodes, pageInfo } = await this.service.list(operator, args);
    return restList(reply, { nodes: nodes.map(shown), pageInfo });
  }

  @Get(':slug')
  @Described('One tenant. Operator only.', TenantModel)
  async get(@Operator() operator: OperatorContext, @Param('slug') slug: string): Promise<TenantModel> {
    return shown(await this.service.get(operator, slug));
  }

  @Patch(':slug')
  @ApiBody({ type: TenantNameModel })
  @Described('Renames a tenant. Operator only.', TenantModel)
  async rename(
    @Operator() operator: OperatorContext,
    @Param('slug') slug: string,
    @Body() input: { name: string },
  ): Promise<TenantModel> {
    return shown(await this.service.rename(operator, slug, input));
  }

  @Delete(':slug')
  @HttpCode(204)
  @Described(
    'Deletes a tenant with its apps, keys and credentials; its audit log stays. Operator only.',
    undefined,
    'empty',
    204,
  )
  async delete(@Operator() operator: OperatorContext, @Param('slug') slug: string): Promise<void> {
    await this.service.delete(operator, slug);
  }
}

const shown = ({ id, slug, name }: TenantRecord): TenantModel => ({ id, slug, name });

import { Body, Controller, Delete, Get, HttpCode, Param, Patch, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { OperatorContext } from '#libs/domain';
import type { AppInput } from '#libs/tenancy';
import { App, appOf } from '../apps/app.model.js';
import { Described } from '../edge/described.js';
import { type RestList, restList } from '../edge/list-reply.js';
import { ForOperator, Operator } from '../edge/needs-scope.js';
import { AppChangeModel, NewAppModel, PageArgs } from './admin.models.js';
import { AppsAdmin } from './apps-admin.service.js';

@ApiTags('Administration')
@ForOperator()
@Controller('v1/admin/tenants/:slug/apps')
export class AppsAdminController {
  constructor(private readonly service: AppsAdmin) {}

  @Post()
  @ApiBody({ type: NewAppModel })
  @Described('Adds an app by its names at the vendors. Operator only.', App, 'one', 201)
  async create(
    @Operator() operator: OperatorContext,
    @Param('slug') slug: string,
    @Body() input: AppInput,
  ): Promise<App> {
    return appOf(await this.service.create(operator, slug, input));
  }

  @Get()
  @Described('The tenant’s apps, by name. Operator only.', App, 'list')
  async list(
    @Operator() operator: OperatorContext,
    @Param('slug') slug: string,
    @Query() args: PageArgs,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestList<App>> {
    const { nodes, pageInfo } = await this.service.list(operator, slug, args);
    return restList(reply, { nodes: nodes.map(appOf), pageInfo });
  }

  @Patch(':id')
  @ApiBody({ type: AppChangeModel })
  @Described('Changes what is given; null takes a vendor’s name away. Operator only.', App)
  async update(
    @Operator() operator: OperatorContext,
    @Param('slug') slug: string,
    @Param('id') id: string,
    @Body() change: Partial<AppInput>,
  ): Promise<App> {
    return appOf(await this.service.update(operator, slug, id, change));
  }

  @Delete(':id')
  @HttpCode(204)
  @Described('Forgets an app here; at the vendors nothing changes. Operator only.', undefined, 'empty', 204)
  delete(@Operator() operator: OperatorContext, @Param('slug') slug: string, @Param('id') id: string): Promise<void> {
    return this.service.delete(operator, slug, id);
  }
}

import { Body, Controller, Delete, Get, Header, HttpCode, Param, Post, Query, Res } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { OperatorContext } from '#libs/domain';
import type { ApiKeyInput, ApiKeyRecord, IssuedApiKey, RotatedApiKey } from '#libs/tenancy';
import { Described } from '../edge/described.js';
import { type RestList, restList } from '../edge/list-reply.js';
import { ForOperator, Operator } from '../edge/needs-scope.js';
import {
  ApiKeyModel,
  IssuedApiKeyModel,
  NewApiKeyModel,
  PageArgs,
  RotatedApiKeyModel,
  RotationModel,
} from './admin.models.js';
import { ApiKeysAdmin } from './api-keys-admin.service.js';

@ApiTags('Administration')
@ForOperator()
@Controller('v1/admin/tenants/:slug/api-keys')
export class ApiKeysAdminController {
  constructor(private readonly service: ApiKeysAdmin) {}

  @Post()
  @ApiBody({ type: NewApiKeyModel })
  @Header('Cache-Control', 'no-store')
  @Described('Issues a key; it is shown this once. Operator only.', IssuedApiKeyModel, 'one', 201)
  issue(
    @Operator() operator: OperatorContext,
    @Param('slug') slug: string,
    @Body() input: ApiKeyInput,
  ): Promise<IssuedApiKey> {
    return this.service.issue(operator, slug, input);
  }

  @Get()
  @Described('The tenant’s keys, oldest first, those that have ended too. Operator only.', ApiKeyModel, 'list')
  async list(
    @Operator() operator: OperatorContext,
    @Param('slug') slug: string,
    @Query() args: PageArgs,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestList<ApiKeyRecord>> {
    return restList(reply, await this.service.list(operator, slug, args));
  }

  @Post(':id/rotate')
  @ApiBody({ type: RotationModel, required: false })
  @Header('Cache-Control', 'no-store')
  @Described(
    'A new key with the same settings, while the old one goes on. Operator only.',
    RotatedApiKeyModel,
    'one',
    201,
  )
  rotate(
    @Operator() operator: OperatorContext,
    @Param('slug') slug: string,
    @Param('id') id: string,
    @Body() options: { graceSeconds?: number } | undefined,
  ): Promise<RotatedApiKey> {
    return this.service.rotate(operator, slug, id, options === undefined ? {} : options);
  }

  @Delete(':id')
  @HttpCode(204)
  @Described('Ends a key, at every replica within a second. Operator only.', undefined, 'empty', 204)
  async revoke(
    @Operator() operator: OperatorContext,
    @Param('slug') slug: string,
    @Param('id') id: string,
  ): Promise<void> {
    await this.service.revoke(operator, slug, id);
  }
}

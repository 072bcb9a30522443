import { Body, Controller, Delete, Get, HttpCode, Param, Post, Put, Res } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import type { OperatorContext } from '#libs/domain';
import type { CredentialSummary } from '#libs/tenancy';
import { Described } from '../edge/described.js';
import { type RestList, restList } from '../edge/list-reply.js';
import { ForOperator, Operator } from '../edge/needs-scope.js';
import { CredentialCheckModel, CredentialModel, NewCredentialModel, RetiredCredentialModel } from './admin.models.js';
import { type CheckedCredential, CredentialsAdmin } from './credentials-admin.service.js';
import type { RetiredCredential } from './retired-credentials.js';

@ApiTags('Administration')
@ForOperator()
@Controller('v1/admin/tenants/:slug/credentials')
export class CredentialsAdminController {
  constructor(private readonly service: CredentialsAdmin) {}

  @Get()
  @Described('The tenant’s credentials, without their secrets. Operator only.', CredentialModel, 'list')
  async list(
    @Operator() operator: OperatorContext,
    @Param('slug') slug: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestList<CredentialSummary>> {
    return listOf(reply, await this.service.list(operator, slug));
  }

  @Put(':provider')
  @ApiBody({ type: NewCredentialModel })
  @Described(
    'Sets a credential. Where one stood before, the vendor is asked with the new one first. Operator only.',
    CredentialModel,
  )
  put(
    @Operator() operator: OperatorContext,
    @Param('slug') slug: string,
    @Param('provider') provider: string,
    @Body() input: object,
  ): Promise<CredentialSummary> {
    return this.service.put(operator, slug, provider, input);
  }

  @Get(':provider')
  @Described('A credential, without its secret. Operator only.', CredentialModel)
  describe(
    @Operator() operator: OperatorContext,
    @Param('slug') slug: string,
    @Param('provider') provider: string,
  ): Promise<CredentialSummary> {
    return this.service.describe(operator, slug, provider);
  }

  @Delete(':provider')
  @HttpCode(204)
  @Described('Deletes a credential in every version. Operator only.', undefined, 'empty', 204)
  delete(
    @Operator() operator: OperatorContext,
    @Param('slug') slug: string,
    @Param('provider') provider: string,
  ): Promise<void> {
    return this.service.delete(operator, slug, provider);
  }

  @Post(':provider/verify')
  @HttpCode(200)
  @Described('Asks the vendor whether it takes the credential. Operator only.', CredentialCheckModel)
  verify(
    @Operator() operator: OperatorContext,
    @Param('slug') slug: string,
    @Param('provider') provider: string,
  ): Promise<CheckedCredential> {
    return this.service.verify(operator, slug, provider);
  }

  @Get(':provider/retired')
  @Described(
    'Older versions of a credential, and how many reports and schedules still need each. Operator only.',
    RetiredCredentialModel,
    'list',
  )
  async retired(
    @Operator() operator: OperatorContext,
    @Param('slug') slug: string,
    @Param('provider') provider: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestList<RetiredCredential>> {
    return listOf(reply, await this.service.retired(operator, slug, provider));
  }

  @Delete(':provider/retired')
  @Described(
    'Deletes the older versions of a credential that no report and no schedule needs, and that were replaced a minute ago or longer; answers those that stay. Operator only.',
    RetiredCredentialModel,
    'list',
  )
  async dropRetired(
    @Operator() operator: OperatorContext,
    @Param('slug') slug: string,
    @Param('provider') provider: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RestList<RetiredCredential>> {
    return listOf(reply, await this.service.dropRetired(operator, slug, provider));
  }
}

/** Never so many that there are pages of them. */
const listOf = <T>(reply: FastifyReply, nodes: T[]): RestList<T> =>
  restList(reply, { nodes, pageInfo: { hasNextPage: false, endCursor: null } });

import { Args, ID, Mutation, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { TenantContext } from '#libs/domain';
import { App } from '../apps/app.model.js';
import { NeedsScope, Tenant } from '../edge/needs-scope.js';
import { CreatePostbackInput, UpdatePostbackInput } from './postback.input.js';
import { Postback, type PostbackOfApp, PostbackPayload, PostbackTemplate } from './postback.model.js';
import { PostbackWritesService } from './postback-writes.service.js';
import { PostbacksService } from './postbacks.service.js';

const id = { type: () => ID };

@Resolver(() => Postback)
export class PostbacksResolver {
  constructor(
    private readonly service: PostbacksService,
    private readonly writes: PostbackWritesService,
  ) {}

  @ResolveField('app', () => App, { description: 'Scope apps:read.' })
  app(@Tenant() tenant: TenantContext, @Parent() postback: PostbackOfApp): Promise<App> {
    return this.service.appOf(tenant, postback);
  }

  @ResolveField('template', () => PostbackTemplate, {
    nullable: true,
    description: 'Scope postbacks:read. All postbacks of an app: one question upstream.',
  })
  template(@Tenant() tenant: TenantContext, @Parent() postback: PostbackOfApp): Promise<PostbackTemplate | null> {
    return this.service.templateOf(tenant, postback);
  }

  @Mutation(() => PostbackPayload, {
    nullable: true,
    description:
      'Scope postbacks:write. A postback sends data to a URL: hosts outside the tenant’s allow-list, where it has one, are refused.',
  })
  @NeedsScope('postbacks:write')
  async createPostback(
    @Tenant() tenant: TenantContext,
    @Args('input') input: CreatePostbackInput,
  ): Promise<PostbackPayload> {
    return (await this.writes.create(tenant, input)).value;
  }

  @Mutation(() => PostbackPayload, {
    nullable: true,
    description: 'Scope postbacks:write. Only what is given changes; hosts as for createPostback.',
  })
  @NeedsScope('postbacks:write')
  async updatePostback(
    @Tenant() tenant: TenantContext,
    @Args('appId', id) appId: string,
    @Args('id', id) postbackId: string,
    @Args('input') input: UpdatePostbackInput,
  ): Promise<PostbackPayload> {
    return (await this.writes.update(tenant, appId, postbackId, input)).value;
  }

  @Mutation(() => PostbackPayload, {
    nullable: true,
    description: 'Scope postbacks:write. Answers the postback as it stood.',
  })
  @NeedsScope('postbacks:write')
  async deletePostback(
    @Tenant() tenant: TenantContext,
    @Args('appId', id) appId: string,
    @Args('id', id) postbackId: string,
  ): Promise<PostbackPayload> {
    return (await this.writes.delete(tenant, appId, postbackId)).value;
  }
}

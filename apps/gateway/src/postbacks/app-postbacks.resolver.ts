import { Args, ID, Parent, ResolveField, Resolver } from '@nestjs/graphql';
import type { TenantContext } from '#libs/domain';
import { App } from '../apps/app.model.js';
import { Tenant } from '../edge/needs-scope.js';
import { Postback, type PostbackOfApp, PostbackTemplate } from './postback.model.js';
import { PostbacksService } from './postbacks.service.js';

/** The edges from an app to its postbacks. */
@Resolver(() => App)
export class AppPostbacksResolver {
  constructor(private readonly service: PostbacksService) {}

  @ResolveField('postbacks', () => [Postback], { nullable: true, description: 'Scope postbacks:read.' })
  async postbacks(@Tenant() tenant: TenantContext, @Parent() app: App): Promise<PostbackOfApp[]> {
    return (await this.service.list(tenant, app.id)).value;
  }

  @ResolveField('postback', () => Postback, { nullable: true, description: 'Scope postbacks:read.' })
  async postback(
    @Tenant() tenant: TenantContext,
    @Parent() app: App,
    @Args('id', { type: () => ID }) id: string,
  ): Promise<PostbackOfApp> {
    return (await this.service.one(tenant, app.id, id)).value;
  }

  @ResolveField('postbackTemplates', () => [PostbackTemplate], {
    nullable: true,
    description: 'Scope postbacks:read.',
  })
  async postbackTemplates(@Tenant() tenant: TenantContext, @Parent() app: App): Promise<PostbackTemplate[]> {
    return (await this.service.templates(tenant, app.id)).value;
  }

  @ResolveField('incompletePostbacks', () => [PostbackTemplate], {
    nullable: true,
    description: 'Scope postbacks:read. Templates whose set-up is not finished.',
  })
  async incompletePostbacks(@Tenant() tenant: TenantContext, @Parent() app: App): Promise<PostbackTemplate[]> {
    return (await this.service.incomplete(tenant, app.id)).value;
  }
}

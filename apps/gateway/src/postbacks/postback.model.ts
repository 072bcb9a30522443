import { Field, ID, ObjectType } from '@nestjs/graphql';
import { ApiProperty } from '@nestjs/swagger';
import type { KochavaPostback, KochavaPostbackTemplate } from '#libs/kochava-postbacks';
import { GatewayError } from '#libs/domain';
import { App } from '../apps/app.model.js';
import { enumOf, Public, publicEnum } from '../edge/public-type.js';
import { InstantScalar, JsonScalar } from '../edge/scalars.js';

export const PostbackType = publicEnum('PostbackType', enumOf(['INSTALL', 'EVENT', 'CLICK']));
export type PostbackType = keyof typeof PostbackType;

const ANYTHING = { oneOf: [{ type: 'string' }, { type: 'number' }, { type: 'boolean' }] };

@ObjectType()
export class PostbackOption {
  @Public(() => JsonScalar, { openApi: ANYTHING })
  value!: unknown;

  @Public(() => String)
  label!: string;
}

@ObjectType()
export class PostbackField {
  @Public(() => String)
  id!: string;

  @Public(() => String)
  name!: string;

  @Public(() => String, { nullable: true })
  description!: string | null;

  @Public(() => String)
  type!: string;

  @Public(() => Boolean)
  required!: boolean;

  @Public(() => JsonScalar, { nullable: true, openApi: ANYTHING })
  defaultValue!: unknown;

  @Public(() => [PostbackOption])
  options!: PostbackOption[];
}

@ObjectType({
  description: 'Scope postbacks:read. What a network, or a URL of one’s own, takes in a postback’s context.',
})
export class PostbackTemplate {
  @Public(() => ID, { openApi: { type: 'string' } })
  id!: string;

  @Public(() => ID, { nullable: true, openApi: { type: 'string' } })
  networkId!: string | null;

  @Public(() => String)
  name!: string;

  @Public(() => String, { nullable: true, description: 'Null: for every platform.' })
  platform!: string | null;

  @Public(() => [PostbackField])
  fields!: PostbackField[];
}

@ObjectType({ description: "Scope postbacks:read. Kochava's name for it is trigger." })
export class Postback {
  @Public(() => ID, { openApi: { type: 'string' } })
  id!: string;

  @Field(() => App, { description: 'Scope apps:read.' })
  @ApiProperty({ type: () => App, nullable: true, description: 'Null where the key lacks the scope apps:read.' })
  app?: App | null;

  @Public(() => PostbackType)
  type!: PostbackType;

  @Public(() => String)
  title!: string;

  @Public(() => ID, { openApi: { type: 'string' } })
  templateId!: string;

  @Public(() => String, { nullable: true, description: 'The event name that an EVENT postback fires on.' })
  filter!: string | null;

  @Public(() => Boolean)
  active!: boolean;

  @Public(() => JsonScalar, { description: 'Values by the ids of the template’s fields.' })
  context!: Record<string, unknown>;

  @Public(() => InstantScalar, { nullable: true })
  createdAt!: string | null;
}

@ObjectType({ description: "The vendor's messages and warnings about a write that worked." })
export class PostbackPayload {
  @Public(() => Postback, { description: 'As it stands after the write; as it stood before it, where it was deleted.' })
  postback!: PostbackOfApp;

  @Public(() => [String])
  messages!: string[];

  @Public(() => [String])
  warnings!: string[];
}

/** A postback as the rooms answer it; JSON through and through. `appId` is the gateway's own id. */
export type PostbackOfApp = Omit<Postback, 'app'> & { readonly appId: string };

/** UPSTREAM_INVALID_RESPONSE for a type that Kochava has added since: left out of a list, it would seem deleted. */
export function postbackOf(appId: string, postback: KochavaPostback): PostbackOfApp {
  const type = postback.type.toUpperCase();
  if (!Object.hasOwn(PostbackType, type)) {
    throw new GatewayError(
      'UPSTREAM_INVALID_RESPONSE',
      `Kochava tells of a postback of a type that this gateway does not know: ${JSON.stringify(postback.type.slice(0, 50))}.`,
      { vendor: 'KOCHAVA' },
    );
  }
  return {
    id: postback.id,
    appId,
    type: type as PostbackType,
    title: postback.title,
    templateId: postback.templateId,
    filter: postback.filter ?? null,
    active: postback.active,
    context: postback.context,
    createdAt: postback.createdAt?.toISOString() ?? null,
  };
}

export function templateOf(template: KochavaPostbackTemplate): PostbackTemplate {
  return {
    id: template.id,
    networkId: template.networkId ?? null,
    name: template.name,
    platform: template.platform ?? null,
    fields: template.fields.map((field) => ({
      ...field,
      description: field.description ?? null,
      defaultValue: field.defaultValue ?? null,
    })),
  };
}

import { ID, Int, ObjectType } from '@nestjs/graphql';
import type { KochavaPartner } from '#libs/kochava-links';
import { Public } from '../edge/public-type.js';

const NUMBER = { openApi: { type: 'string' } };

@ObjectType({ description: 'Scope smartlinks:read. An account that the credential reaches.' })
export class Advertiser {
  @Public(() => ID, NUMBER)
  id!: string;

  @Public(() => String)
  name!: string;

  @Public(() => Boolean)
  hasWriteAccess!: boolean;
}

@ObjectType({ isAbstract: true })
class Partner {
  @Public(() => ID, NUMBER)
  id!: string;

  @Public(() => String)
  name!: string;

  @Public(() => Int, { nullable: true, openApi: { type: 'integer' } })
  accessLevel!: number | null;

  @Public(() => String, { nullable: true })
  logoUrl!: string | null;
}

@ObjectType({ description: 'Scope smartlinks:read.' })
export class Agency extends Partner {}

@ObjectType({ description: 'Scope smartlinks:read.' })
export class MediaPartner extends Partner {}

export const partnerOf = ({ id, name, accessLevel, logoUrl }: KochavaPartner): Partner => ({
  id,
  name,
  accessLevel: accessLevel ?? null,
  logoUrl: logoUrl ?? null,
});

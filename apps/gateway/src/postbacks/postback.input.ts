import { ID, InputType } from '@nestjs/graphql';
import { IsBoolean, IsEnum, IsOptional, IsString, Length, Matches } from 'class-validator';
import { badInput } from '#libs/domain';
import { AsSent } from '../edge/as-sent.js';
import { pageArgs } from '../edge/page-args.js';
import { Public } from '../edge/public-type.js';
import { JsonScalar } from '../edge/scalars.js';
import { IfPresent } from '../edge/validators.js';
import { PostbackType } from './postback.model.js';

/** Kochava names no bound; a title or an event that is longer is a mistake. */
const LONGEST_NAME = 255;
const A_NAME = `must be 1 to ${LONGEST_NAME} characters`;

const Name = (): PropertyDecorator => (target, key) => {
  Length(1, LONGEST_NAME, { message: A_NAME })(target, key);
  Matches(/\S/, { message: 'must not be blank' })(target, key);
  IsString({ message: 'must be a text' })(target, key);
};

const KEY_DESCRIPTION =
  'Same key, same request: the first answer again, for 24 hours. Same key, another request: IDEMPOTENCY_CONFLICT. At REST: the Idempotency-Key header.';
const CONTEXT_DESCRIPTION =
  'Values by the ids of the template’s fields: texts, numbers or booleans. Destination URLs are https, public, and among the tenant’s hosts where it has bound them.';

@InputType()
export class CreatePostbackInput {
  @Public(() => ID, { openApi: { type: 'string', required: false, description: 'At REST the path names it.' } })
  @IfPresent()
  @IsString({ message: 'must be an app’s id' })
  appId!: string;

  @Public(() => PostbackType)
  @IsEnum(PostbackType, { message: 'must be INSTALL, EVENT or CLICK' })
  type!: PostbackType;

  @Public(() => String)
  @Name()
  title!: string;

  @Public(() => ID, { openApi: { type: 'string' } })
  @Matches(/^[1-9]\d{0,18}$/, { message: 'must be the number of a template, as a text of digits' })
  @IsString({ message: 'must be the number of a template, as a text of digits' })
  templateId!: string;

  @Public(() => String, { nullable: true, description: 'The event name: needed for EVENT, and for nothing else.' })
  @IsOptional()
  @Name()
  filter?: string | null;

  @Public(() => JsonScalar, { description: CONTEXT_DESCRIPTION })
  @AsSent()
  context!: unknown;

  @Public(() => Boolean, { nullable: true, description: "Absent: Kochava's own default, which is inactive." })
  @IsOptional()
  @IsBoolean({ message: 'must be true or false' })
  active?: boolean | null;

  @Public(() => String, { nullable: true, description: KEY_DESCRIPTION })
  @IsOptional()
  @IsString({ message: 'must be a text' })
  idempotencyKey?: string | null;
}

@InputType({ description: 'Absent: as it is. context: only the keys given change.' })
export class UpdatePostbackInput {
  @Public(() => String, { nullable: true })
  @IfPresent()
  @Name()
  title?: string;

  @Public(() => Boolean, { nullable: true })
  @IfPresent()
  @IsBoolean({ message: 'must be true or false' })
  active?: boolean;

  @Public(() => String, { nullable: true, description: 'The event name; an EVENT postback alone has one.' })
  @IfPresent()
  @Name()
  filter?: string;

  @Public(() => JsonScalar, {
    nullable: true,
    description: `${CONTEXT_DESCRIPTION} Only the keys given change; null takes one away.`,
  })
  @AsSent()
  context?: unknown;

  @Public(() => String, { nullable: true, description: KEY_DESCRIPTION })
  @IsOptional()
  @IsString({ message: 'must be a text' })
  idempotencyKey?: string | null;
}

/** Pages of what Kochava answers whole. */
export class PostbackPageArgs extends pageArgs(200) {}

/** A body under /v1/apps/{id}. BAD_USER_INPUT where it names another app than the path. */
export function atPath<T extends { appId?: string }>(input: T, appId: string): T & { appId: string } {
  if (input.appId !== undefined && input.appId.toLowerCase() !== appId.toLowerCase()) {
    throw badInput([{ pointer: '/appId', detail: 'is another app than the path names: leave it out' }]);
  }
  return { ...input, appId };
}

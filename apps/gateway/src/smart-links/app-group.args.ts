import { ArgsType, Field, ID } from '@nestjs/graphql';
import { IsOptional } from 'class-validator';
import { IfPresent } from '../edge/validators.js';
import { Name, VendorIds } from './links-rules.js';

/** What is no number is NOT_FOUND, as at REST, and said by the service. */
const TheId = (): PropertyDecorator => IfPresent();

@ArgsType()
export class UpdateAppGroupArgs {
  @Field(() => ID)
  @TheId()
  id!: string;

  @Field(() => String, { nullable: true })
  @IsOptional()
  @Name()
  name?: string | null;

  @Field(() => [ID], { nullable: true, description: 'Apps to add; none can be taken away.' })
  @IsOptional()
  @VendorIds()
  addKochavaAppIds?: string[] | null;
}

@ArgsType()
export class CreateCampaignArgs {
  @Field(() => ID)
  @TheId()
  appGroupId!: string;

  @Field(() => String)
  @Name()
  name!: string;

  @Field(() => String, {
    nullable: true,
    description: 'Same key, same request: the first answer again, for 24 hours.',
  })
  @IsOptional()
  idempotencyKey?: string | null;
}

@ArgsType()
export class UpdateCampaignArgs {
  @Field(() => ID)
  @TheId()
  appGroupId!: string;

  @Field(() => ID)
  @TheId()
  id!: string;

  @Field(() => String)
  @Name()
  name!: string;
}

/** Of a question whether a name is free. */
@ArgsType()
export class NameArgs {
  @Field(() => ID)
  @TheId()
  appGroupId!: string;

  @Field(() => String)
  @Name()
  name!: string;
}

import { ArgsType, Field, ID, InputType } from '@nestjs/graphql';
import { Transform, Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsEnum, IsIn, IsOptional, IsString, Matches, ValidateNested } from 'class-validator';
import { AUDIT_ACTIONS, type AuditOutcome } from '#libs/audit';
import type { Vendor } from '#libs/domain';
import { pageArgs } from '../edge/page-args.js';
import { InstantScalar, isInstant } from '../edge/scalars.js';
import { IsInstant } from '../edge/validators.js';
import { AuditOutcomeEnum, VendorEnum } from '../public-enums.js';

/** Most values of one list of a filter. */
const MOST = 200;

const List =
  (...rules: PropertyDecorator[]): PropertyDecorator =>
  (target, key) => {
    const shape = [
      IsOptional(),
      IsArray({ message: 'must be a list' }),
      ArrayMaxSize(MOST, { message: `may hold ${MOST} values at most` }),
    ];
    for (const rule of [...shape, ...rules]) rule(target, key);
  };

/** What Postgres can compare with: it keeps no NUL in a text. */
const PLAIN_TEXT = /^[^\0]{1,300}$/;
const texts = IsString({ each: true, message: 'must hold texts only' });
const short = Matches(PLAIN_TEXT, { each: true, message: 'must hold texts of 1 to 300 characters, without NUL' });
const oneOf = (words: object): string => Object.keys(words).join(', ');

/** An instant as REST brings it; GraphQL brings a Date. What is none stays as it is, for the rule to refuse. */
const AsDate = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) => (isInstant(value) ? new Date(value.toUpperCase()) : value));

@InputType({ description: 'Everything given must hold; within a list any one.' })
export class AuditFilter {
  @Field(() => InstantScalar, { nullable: true, description: 'Included.' })
  @IsOptional()
  @AsDate()
  @IsInstant()
  from?: Date | null;

  @Field(() => InstantScalar, { nullable: true, description: 'Excluded.' })
  @IsOptional()
  @AsDate()
  @IsInstant()
  to?: Date | null;

  @Field(() => [String], { nullable: true, description: `${oneOf(AUDIT_ACTIONS)}.` })
  @List(texts, IsIn(Object.keys(AUDIT_ACTIONS), { each: true, message: 'holds an action that there is none of' }))
  actions?: string[] | null;

  @Field(() => [AuditOutcomeEnum], { nullable: true })
  @List(IsEnum(AuditOutcomeEnum, { each: true, message: `must hold some of ${oneOf(AuditOutcomeEnum)}` }))
  outcomes?: AuditOutcome[] | null;

  @Field(() => [VendorEnum], { nullable: true })
  @List(IsEnum(VendorEnum, { each: true, message: `must hold some of ${oneOf(VendorEnum)}` }))
  vendors?: Vendor[] | null;

  @Field(() => [ID], { nullable: true })
  @List(texts, short)
  appIds?: string[] | null;

  @Field(() => [String], { nullable: true })
  @List(texts, short)
  keyNames?: string[] | null;

  @Field(() => String, { nullable: true, description: 'The whole of it.' })
  @IsOptional()
  @IsString({ message: 'must be a text' })
  @Matches(PLAIN_TEXT, { message: 'must be 1 to 300 characters, without NUL' })
  resource?: string | null;
}

@ArgsType()
export class AuditEventsArgs extends pageArgs(50) {
  @Field(() => AuditFilter, { nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => AuditFilter)
  filter?: AuditFilter | null;
}

import { ArgsType, Field, Int } from '@nestjs/graphql';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { IfPresent } from './validators.js';

const MOST = 200;
const AFTER = { description: 'The endCursor of the page before.' };

/** Which page of a list: what a list's own arguments, or parameters, extend. `size`: of a page, where nobody says. */
export function pageArgs(size: number) {
  @ArgsType()
  class PageArgs {
    @Field(() => Int, { defaultValue: size, description: `1 to ${MOST}.` })
    @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: MOST, default: size })
    @IfPresent()
    @Type(() => Number)
    @IsInt({ message: `must be a whole number from 1 to ${MOST}` })
    @Min(1, { message: `must be 1 to ${MOST}` })
    @Max(MOST, { message: `must be 1 to ${MOST}` })
    first: number = size;

    @Field(() => String, { nullable: true, ...AFTER })
    @ApiPropertyOptional({ type: 'string', ...AFTER })
    @IsOptional()
    @IsString({ message: 'must be the endCursor of the page before' })
    after?: string | null;
  }
  return PageArgs;
}

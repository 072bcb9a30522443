import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsBoolean, IsEnum, IsOptional, IsString, Length, Matches } from 'class-validator';
import { wordIn } from '../edge/any-case.js';
import { pageArgs } from '../edge/page-args.js';
import { IfPresent, IsListOf } from '../edge/validators.js';

/** Rules that the inputs of several of these doors share. */

/** Kochava names no bound; a name that is longer is a mistake. */
const LONGEST_NAME = 255;
const LONGEST_URL = 4_000;
const MOST_IDS = 200;

export const KEY_DESCRIPTION =
  'Same key, same request: the first answer again, for 24 hours. Same key, another request: IDEMPOTENCY_CONFLICT. At REST: the Idempotency-Key header.';

const all =
  (...rules: PropertyDecorator[]): PropertyDecorator =>
  (target, key) => {
    for (const rule of rules) rule(target, key);
  };

export const Name = (): PropertyDecorator =>
  all(
    Length(1, LONGEST_NAME, { message: `must be 1 to ${LONGEST_NAME} characters` }),
    Matches(/\S/, { message: 'must not be blank' }),
    IsString({ message: 'must be a text' }),
  );

/** Whether it is a URL, and of the kind that belongs there, the vendor's rules say. */
export const UrlText = (): PropertyDecorator =>
  all(
    Length(1, LONGEST_URL, { message: `must be 1 to ${LONGEST_URL} characters` }),
    IsString({ message: 'must be a text' }),
  );

const NUMBER = /^[1-9]\d{0,18}$/;
const A_NUMBER = 'must be Kochava’s number, as a text of digits';

/** Ids of Kochava's: numbers past what JSON's keep. */
export const VendorId = (): PropertyDecorator =>
  all(Matches(NUMBER, { message: A_NUMBER }), IsString({ message: A_NUMBER }));

export const VendorIds = (): PropertyDecorator =>
  all(
    Matches(NUMBER, { each: true, message: 'must hold Kochava’s numbers, as texts of digits' }),
    ArrayMaxSize(MOST_IDS, { message: `may hold ${MOST_IDS} at most` }),
    IsArray({ message: 'must be a list' }),
  );

export const Key = (): PropertyDecorator => all(IsOptional(), IsString({ message: 'must be a text' }));

export const Flag = (): PropertyDecorator => all(IsOptional(), IsBoolean({ message: 'must be true or false' }));

export const Word = (words: object): PropertyDecorator =>
  IsEnum(words, { message: `must be one of ${Object.keys(words).join(', ')}` });

export const Search = (): PropertyDecorator =>
  all(
    IsOptional(),
    Length(1, 200, { message: 'must be 1 to 200 characters' }),
    IsString({ message: 'must be a text' }),
  );

export const Words = (words: object): PropertyDecorator =>
  all(IsListOf(words), ArrayMaxSize(MOST_IDS), IsArray({ message: 'must be a list' }));

/** At REST a query parameter is a text, and twice the same one is a list: that is refused by the rule that follows. */
export const QueryText = (description: string): PropertyDecorator =>
  applyDecorators(ApiPropertyOptional({ type: 'string', description }), IfPresent());

/** `true` or `false`. */
export const QueryFlag = (description: string): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ type: 'boolean', description }),
    Transform(({ value }: { value: unknown }) => ({ true: true, false: false })[String(value).toLowerCase()] ?? value),
    IfPresent(),
    IsBoolean({ message: 'must be true or false' }),
  );

/** In any letter case. */
export const QueryWord = (words: object, description: string): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ type: 'string', enum: Object.keys(words), description }),
    Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? wordIn(words, value) : value)),
    IfPresent(),
    Word(words),
  );

/** Comma separated; where it holds words, in any letter case. */
export const QueryList = (description: string, words: object = {}): PropertyDecorator =>
  applyDecorators(
    ApiPropertyOptional({ type: 'string', description }),
    Transform(({ value }: { value: unknown }) =>
      [value]
        .flat()
        .flatMap((part) => String(part).split(','))
        .map((part) => wordIn(words, part.trim()))
        .filter((part) => part !== ''),
    ),
    IfPresent(),
  );

/** Pages of what Kochava answers whole. */
export class WholeListArgs extends pageArgs(200) {}

/** Pages of what Kochava answers in pages. */
export class PageQuery extends pageArgs(25) {}

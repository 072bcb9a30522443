import {
  ValidateBy,
  ValidateIf,
  type ValidationArguments,
  type ValidationOptions,
  buildMessage,
  isISO31661Alpha2,
} from 'class-validator';
import { IANAZone } from 'luxon';
import { isDay, isInstant } from './scalars.js';

/** May be absent, may not be null: class-validator's own IsOptional lets an explicit null through. */
export const IfPresent = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

export const IsDay = (options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isDay',
      validator: {
        validate: isDay,
        defaultMessage: buildMessage(
          (_, args) =>
            args && args.value !== undefined && args.value !== null
              ? 'must be a day of the calendar, as YYYY-MM-DD'
              : 'is needed, as a day like 2026-01-31',
          options,
        ),
      },
    },
    options,
  );

export const IsInstant = (options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isInstant',
      validator: {
        validate: (value) => value instanceof Date || isInstant(value),
        defaultMessage: buildMessage(
          () => 'must be an ISO 8601 instant with a zone, like 2026-01-31T13:00:00Z',
          options,
        ),
      },
    },
    options,
  );

/** A JSON object: class-validator's own nesting takes a list for one, and its fields would be ignored. */
export const IsPlainObject = (options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isPlainObject',
      validator: {
        validate: (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
        defaultMessage: buildMessage(() => 'must be an object', options),
      },
    },
    options,
  );

/** Which values of a list break its rule: class-validator itself names the list only. */
const badOnes = ({ value }: ValidationArguments, isRight: (one: unknown) => boolean): string =>
  [value]
    .flat()
    .filter((one) => !isRight(one))
    .slice(0, 10)
    .map((one) => JSON.stringify(one))
    .join(', ');

/** A list of the enum's words. */
export function IsListOf(words: object): PropertyDecorator {
  const known = Object.keys(words);
  const isRight = (one: unknown): boolean => typeof one === 'string' && known.includes(one);
  const defaultMessage = (args?: ValidationArguments): string =>
    `must hold only ${known.join(', ')}, not ${badOnes(args!, isRight)}`;
  return ValidateBy({ name: 'isListOf', validator: { validate: isRight, defaultMessage } }, { each: true });
}

/** A list of countries, each the two letters of ISO 3166-1 in any letter case. */
export function IsListOfCountries(): PropertyDecorator {
  const defaultMessage = (args?: ValidationArguments): string =>
    `must hold ISO 3166-1 alpha-2 codes, as DE, not ${badOnes(args!, isCountry)}`;
  return ValidateBy({ name: 'isListOfCountries', validator: { validate: isCountry, defaultMessage } }, { each: true });
}

/** Kosovo has no code of ISO's, and this one everywhere. */
const isCountry = (value: unknown): boolean =>
  typeof value === 'string' && (isISO31661Alpha2(value) || value.toUpperCase() === 'XK');

/** A time zone by its IANA name. */
export const IsTimeZone = (options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isTimeZone',
      validator: {
        validate: (value) => typeof value === 'string' && IANAZone.isValidZone(value),
        defaultMessage: buildMessage(() => 'is not a time zone: write it as Europe/Berlin or UTC', options),
      },
    },
    options,
  );

/** `+02:00`, `-08:00`; what a clock on earth can show. */
export const IsUtcOffset = (options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isUtcOffset',
      validator: {
        validate: isUtcOffset,
        defaultMessage: buildMessage(() => 'must be an offset from -12:00 to +14:00, like +02:00', options),
      },
    },
    options,
  );

export function isUtcOffset(value: unknown): boolean {
  const parts = typeof value === 'string' ? /^([+-])(\d{2}):([0-5]\d)$/.exec(value) : null;
  if (!parts) return false;
  const minutes = (parts[1] === '-' ? -1 : 1) * (Number(parts[2]) * 60 + Number(parts[3]));
  return minutes >= -12 * 60 && minutes <= 14 * 60;
}

import { ValidateBy, ValidateIf, type ValidationOptions, buildMessage } from 'class-validator';
import { isDay, isInstant } from './scalars.js';

/** May be absent, may not be null: class-validator's own IsOptional lets an explicit null through. */
export const IfPresent = (): PropertyDecorator => ValidateIf((_, value) => value !== undefined);

export const IsDay = (options?: ValidationOptions): PropertyDecorator =>
  ValidateBy(
    {
      name: 'isDay',
      validator: {
        validate: isDay,
        defaultMessage: buildMessage(() => 'must be a day of the calendar, as YYYY-MM-DD', options),
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

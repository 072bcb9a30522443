import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { type ClassConstructor, plainToInstance } from 'class-transformer';
import { type ValidationError, validateSync } from 'class-validator';
import { type FieldError, GatewayError, badInput } from '#libs/domain';
import { Recent, deepFreeze } from './recent.js';

const OPTIONS = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: false, stopAtFirstError: true };

/**
 * `plain` as an instance of its class, with the class's defaults where it says nothing. BAD_USER_INPUT names every field
 * that breaks a rule, and every one that the class does not know.
 */
export function readInput<T extends object>(type: ClassConstructor<T>, plain: unknown): T {
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) {
    throw badInput([{ pointer: '', detail: 'must be a JSON object' }]);
  }
  const instance = instanceFrom(type, plain);
  const problems = validateSync(instance, OPTIONS).flatMap((error) => fieldErrors(error, ''));
  if (problems.length > 0) throw badInput(problems);
  return instance;
}

function instanceFrom<T extends object>(type: ClassConstructor<T>, plain: object): T {
  try {
    return plainToInstance(type, plain, { exposeDefaultValues: true });
  } catch (error) {
    // It calls whatever stands under the name `constructor` in a nested object.
    if (!(error instanceof TypeError)) throw error;
    throw badInput([
      { pointer: '', detail: 'holds an object with a field called constructor, which no field here has' },
    ]);
  }
}

/** Runs `work`; the fields that its BAD_USER_INPUT names are added to `problems`, and any other error is thrown on. */
export function gatherProblems<T>(problems: FieldError[], work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    const named = error instanceof GatewayError && error.code === 'BAD_USER_INPUT' ? error.details.errors : undefined;
    if (!named) throw error;
    problems.push(...named);
    return undefined;
  }
}

function fieldErrors(error: ValidationError, path: string): FieldError[] {
  const pointer = `${path}/${error.property}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    pointer,
    detail: rule === 'whitelistValidation' ? 'is not a field here' : plainWords(message, error.property),
  }));
  return [...own.slice(0, 1), ...(error.children ?? []).flatMap((child) => fieldErrors(child, pointer))];
}

/** class-validator begins its own sentences with the field's name, which the pointer says already. */
const plainWords = (message: string, property: string): string =>
  message.startsWith(`${property} `)
    ? message.slice(property.length + 1)
    : message.replace(`each value in ${property} `, 'each value ');

const recentInputs = new Map<unknown, Recent<object>>();

/**
 * Inputs of this class are validated once for as long as the same comes again: dashboards ask the same questions all
 * day. For classes that hold no secret; their instances are frozen.
 */
export const RememberInputs = (): ClassDecorator => (type) => void recentInputs.set(type, new Recent());

/** Validates what GraphQL and REST bodies bring against their class; plain values pass. */
@Injectable()
export class InputPipe implements PipeTransform {
  transform(value: unknown, { metatype, type, data }: ArgumentMetadata): unknown {
    if (type === 'custom' || !metatype || PLAIN.has(metatype)) return value;
    // A named argument of GraphQL's may be left out; a REST body, which has no name, may not.
    const mayBeAbsent = type !== 'body' || data !== undefined;
    if (mayBeAbsent && (value === undefined || value === null)) return value;
    const recent = recentInputs.get(metatype);
    const read = (): object => readInput(metatype as ClassConstructor<object>, value);
    return recent ? recent.get(JSON.stringify(value), () => deepFreeze(read())) : read();
  }
}

const PLAIN = new Set<unknown>([String, Number, Boolean, Array, Object, Date]);

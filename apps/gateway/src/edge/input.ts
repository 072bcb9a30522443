import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { type ClassConstructor, plainToInstance } from 'class-transformer';
import { type ValidationError, getMetadataStorage, validateSync } from 'class-validator';
import { type FieldError, GatewayError, badInput } from '#libs/domain';
import { Recent, deepFreeze } from './recent.js';

const OPTIONS = { whitelist: true, forbidNonWhitelisted: true, forbidUnknownValues: false, stopAtFirstError: true };

/** Is nothing wrong with these fields, each by its pointer, nor with anything in them or around them? */
export type IsGood = (...pointers: string[]) => boolean;

/** What is wrong between the fields of an input, or can be told of one by looking at others. */
export type RulesBetween<T> = (input: T, isGood: IsGood) => FieldError[];

/** An input's class may have rules between its fields. */
type InputClass<T> = ClassConstructor<T> & { readonly rulesBetween?: RulesBetween<T> };

interface Reading {
  /** Fields that are known to be bad already. */
  problems?: readonly FieldError[];
  /** Is something wrong beside the input, so that it is refused in any case? */
  refused?: boolean;
  /** What is said of a field that the class does not know. */
  unknown?: string;
}

/**
 * `plain` as an instance of its class, with the class's defaults where it says nothing. BAD_USER_INPUT names every field
 * that breaks a rule, and every one that the class does not know.
 *
 * The class's `rulesBetween` are asked of what is refused anyhow, so that a caller hears of everything at once: they see
 * the input as if its bad fields had not been said. Of a sound input, the room that takes it asks them.
 */
export function readInput<T extends object>(
  type: InputClass<T>,
  plain: unknown,
  { problems = [], refused = false, unknown = 'is not a field here' }: Reading = {},
): T {
  if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) {
    throw badInput([{ pointer: '', detail: 'must be a JSON object' }]);
  }
  const instance = instanceFrom(type, plain);
  const errors = validateSync(instance, OPTIONS);
  const byThemselves = [
    ...errors.flatMap((error) => fieldErrors(error, '', unknown)),
    ...leftOut(plain, instance).map((pointer): FieldError => ({ pointer, detail: unknown })),
  ];
  const isNew = goodBeside(problems);
  const all = [...problems, ...byThemselves.filter(({ pointer }) => isNew(pointer))];
  if (type.rulesBetween && (refused || all.length > 0)) {
    const isGood = goodBeside(all);
    const between = type.rulesBetween(instanceFrom(type, without(plain, errors)), isGood);
    all.push(...between.filter(({ pointer }) => isGood(pointer)));
  }
  if (all.length > 0) throw badInput(all);
  return instance;
}

function goodBeside(problems: readonly FieldError[]): IsGood {
  const bad = problems.map(({ pointer }) => `${pointer}/`);
  return (...pointers) =>
    pointers.every((pointer) => bad.every((one) => !one.startsWith(`${pointer}/`) && !`${pointer}/`.startsWith(one)));
}

function without(plain: object, errors: readonly ValidationError[]): object {
  const wrong = new Map(errors.map((error) => [error.property, error]));
  const kept = Object.entries(plain).flatMap(([name, value]: [string, unknown]): [string, unknown][] => {
    const error = wrong.get(name);
    if (!error) return [[name, value]];
    const isNested = !error.constraints && typeof value === 'object' && value !== null;
    return isNested ? [[name, without(value, error.children ?? [])]] : [];
  });
  return Array.isArray(plain) ? kept.map(([, value]) => value) : Object.fromEntries(kept);
}

function instanceFrom<T extends object>(type: ClassConstructor<T>, plain: object): T {
  try {
    return plainToInstance(type, plain, { exposeDefaultValues: true });
  } catch (error) {
    // It calls whatever stands under the name `constructor` in an object that no class is known for.
    if (!(error instanceof TypeError)) throw error;
    throw badInput(constructorsIn(plain).map((pointer) => ({ pointer, detail: 'is not a field here' })));
  }
}

function constructorsIn(value: unknown, path = ''): string[] {
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, part]: [string, unknown]) => {
    const pointer = `${path}/${name}`;
    return name === 'constructor' ? [pointer] : constructorsIn(part, pointer);
  });
}

/**
 * Fields that class-transformer leaves out without a word, so that no validator sees them: `constructor`, and what every
 * object inherits, as `toString`. What was not copied is JSON that its own room reads.
 */
function leftOut(plain: object, made: object, path = ''): string[] {
  return Object.entries(plain).flatMap(([name, value]: [string, unknown]) => {
    const pointer = `${path}/${name}`;
    if (!Object.hasOwn(made, name)) return [pointer];
    const copy = (made as Record<string, unknown>)[name];
    const isCopied = copy !== value && isObject(value) && isObject(copy);
    return isCopied ? leftOut(value, copy, pointer) : [];
  });
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

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

function fieldErrors(error: ValidationError, path: string, unknown: string): FieldError[] {
  const pointer = `${path}/${error.property}`;
  const own = Object.entries(error.constraints ?? {}).map(([rule, message]) => ({
    pointer,
    detail: rule === 'whitelistValidation' ? unknown : plainWords(message, error.property),
  }));
  return [...own.slice(0, 1), ...(error.children ?? []).flatMap((child) => fieldErrors(child, pointer, unknown))];
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
    const input = metatype as ClassConstructor<object>;
    const read = (): object => readInput(input, value, { unknown: type === 'query' ? notAmong(input) : undefined });
    return recent ? recent.get(JSON.stringify(value), () => deepFreeze(read())) : read();
  }
}

/** What a URL is told of a parameter that there is none of: other APIs say `limit` where this one says `first`. */
function notAmong(type: ClassConstructor<object>): string {
  const rules = getMetadataStorage().getTargetValidationMetadatas(type, '', false, false);
  return `is not a parameter here, as ${[...new Set(rules.map(({ propertyName }) => propertyName))].join(', ')} are`;
}

const PLAIN = new Set<unknown>([String, Number, Boolean, Array, Object, Date]);

import { badInput, type FieldError } from '#libs/domain';

/** Collects every bad field of an input, so that they are told at once. */
export class Problems {
  private readonly errors: FieldError[] = [];

  add(pointer: string, detail: string): void {
    this.errors.push({ pointer, detail });
  }

  /** BAD_USER_INPUT over what was collected; nothing when all is well. */
  throwIfAny(): void {
    if (this.errors.length > 0) throw badInput(this.errors);
  }
}

/** Notes every field that is not one of `known`: a misspelt one must not be dropped in silence. Throws over no object. */
export function checkFields(input: unknown, known: readonly string[], problems: Problems, pointer = ''): void {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw badInput([{ pointer, detail: 'must be a JSON object' }]);
  }
  for (const name of Object.keys(input)) {
    if (known.includes(name)) continue;
    problems.add(`${pointer}/${shownId(name).replaceAll('~', '~0').replaceAll('/', '~1')}`, 'is not a field here');
  }
}

export const CONTROL_CHARACTER = /\p{Cc}/u;

/** A name for people: trimmed, 1 to 100 characters. Answers '' after noting a problem. */
export function checkName(value: unknown, problems: Problems, pointer = '/name'): string {
  const name = typeof value === 'string' ? value.trim() : '';
  if (name.length < 1 || name.length > 100 || CONTROL_CHARACTER.test(name)) {
    problems.add(pointer, 'must be 1 to 100 characters, without control characters');
    return '';
  }
  return name;
}

/** Is it one of our own ids? What is not could never be found, and Postgres would refuse the query. */
export function isUuid(value: unknown): value is string {
  return typeof value === 'string' && /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value);
}

/** An id as an error may show it: as it came, but never longer than a line. */
export const shownId = (value: unknown): string => String(value).slice(0, 100);

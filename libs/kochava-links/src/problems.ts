import type { KochavaLinksProblem } from './request-types.js';

/** Nothing was sent: these parameters break the document's rules. Holds every problem, to be mended in one go. */
export class InvalidLinksRequest extends Error {
  readonly problems: KochavaLinksProblem[];

  constructor(problems: KochavaLinksProblem[]) {
    super(problems.map((problem) => `${problem.parameter}: ${problem.detail}`).join(' '));
    this.name = 'InvalidLinksRequest';
    this.problems = problems;
  }
}

/** Gathers what is wrong with a request. */
export class Problems {
  readonly list: KochavaLinksProblem[] = [];

  say(parameter: string, detail: string | undefined | false): void {
    if (detail) this.list.push({ parameter, detail });
  }

  /** Is it one? Where it is none, that is said. */
  id(parameter: string, value: unknown): value is string {
    const isId = typeof value === 'string' && /^[1-9]\d{0,18}$/.test(value);
    this.say(parameter, !isId && "Give Kochava's number, digits alone.");
    return isId;
  }

  text(parameter: string, value: unknown): void {
    this.say(parameter, (typeof value !== 'string' || value.trim() === '') && 'Give a text that is not empty.');
  }

  oneOf(parameter: string, value: unknown, options: readonly string[]): void {
    const known = typeof value === 'string' && options.some((option) => option.toLowerCase() === value.toLowerCase());
    this.say(parameter, !known && `Give one of ${options.join(', ')}.`);
  }

  distinct(parameter: string, values: readonly unknown[], what: string): void {
    const twice = values.find((value, index) => values.indexOf(value) < index);
    this.say(parameter, twice !== undefined && `${what} ${String(twice)} is named twice.`);
  }

  /** Throws InvalidLinksRequest where anything was said. */
  refuse(): void {
    if (this.list.length > 0) throw new InvalidLinksRequest(this.list);
  }
}

/** Throws InvalidLinksRequest where an id is no number. */
export function checkIds(ids: Record<string, unknown>): void {
  const problems = new Problems();
  for (const [parameter, value] of Object.entries(ids)) problems.id(parameter, value);
  problems.refuse();
}

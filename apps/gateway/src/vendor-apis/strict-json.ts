import { GatewayError } from '#libs/domain';
import { quoteLongIntegers } from '#libs/kochava-reporting';

/** Strings, which are looked at where a name may stand, and what tells where that is. */
const TOKENS = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"|[{}[\],:]/g;
/** Of what real requests nest, some times over; what goes deeper is nobody's. */
const DEEPEST = 50;

/**
 * JSON that means the same to whoever reads it: integers that a float would round become texts, and a name that stands
 * twice in one object, in whatever case, is refused, since readers differ on which of the two counts. Throws
 * BAD_USER_INPUT.
 */
export function strictJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(quoteLongIntegers(text));
  } catch {
    throw new GatewayError('BAD_USER_INPUT', 'The body is not JSON.');
  }
  checkNames(text);
  return value;
}

/** `text` is JSON. */
function checkNames(text: string): void {
  /** The names of each object that is open; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  let isName = false;
  for (const [token] of text.matchAll(TOKENS)) {
    if (token === '{' || token === '[') {
      open.push(token === '{' ? new Set() : undefined);
      if (open.length > DEEPEST) throw new GatewayError('BAD_USER_INPUT', `The body is nested deeper than ${DEEPEST}.`);
      isName = token === '{';
    } else if (token === '}' || token === ']') {
      open.pop();
      isName = false;
    } else if (token === ',') isName = open.at(-1) !== undefined;
    else if (token === ':') isName = false;
    else if (isName) {
      const name = JSON.parse(token) as string;
      const known = name.trim().toLowerCase();
      if (open.at(-1)!.has(known)) throw standsTwice(name);
      open.at(-1)!.add(known);
    }
  }
}

/** For two answers to one question. */
export const standsTwice = (name: string): GatewayError =>
  new GatewayError('BAD_USER_INPUT', `${JSON.stringify(name.slice(0, 100))} stands twice. Send it once.`);

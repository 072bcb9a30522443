import { type ASTNode, BREAK, type DocumentNode, type GraphQLError, visit } from 'graphql';
import { type FieldError, GatewayError } from '#libs/domain';

/** Parse, validation and variable errors, each bad field named where graphql-js tells which: in its words or its nodes. */
export function badDocument(thrown: GraphQLError, document: DocumentNode | undefined): GatewayError {
  const words = thrown.message.replace(/ Did you mean .*\?$/, '');
  const error = inVariables(words) ?? inDocument(words, thrown.nodes?.[0], document);
  return new GatewayError('BAD_USER_INPUT', words, error ? { errors: [error] } : {});
}

function inVariables(words: string): FieldError | undefined {
  const field = /^Variable "\$\w+" got invalid value .*? at "([\w.[\]]+)"; (.*)$/s.exec(words);
  const whole = /^Variable "\$(\w+)" (?:got invalid value .*?; |of )(.*)$/s.exec(words);
  if (field) return at(withoutArgument(field[1]!.replaceAll(/\[(\d+)\]/g, '.$1').split('.')), field[2]!);
  return whole ? at(childField(whole[2]!) ? [] : [whole[1]!], whole[2]!) : undefined;
}

function inDocument(
  words: string,
  node: ASTNode | undefined,
  document: DocumentNode | undefined,
): FieldError | undefined {
  const argument = /^Field "\w+" argument "(\w+)" of type .* is required/.exec(words)?.[1];
  if (argument) return at([argument], words);
  const path = node && document ? pathTo(document, node) : [];
  return path.length > 0 ? at(childField(words) ? path.slice(1) : withoutArgument(path), words) : undefined;
}

function at(path: readonly string[], detail: string): FieldError {
  const child = childField(detail);
  const whole = child === undefined || path.at(-1) === child ? path : [...path, child];
  return { pointer: `/${whole.join('/')}`, detail };
}

/** `input.filter.countries.0` is `/filter/countries/0` of the argument, and `first` is `/first`. */
const withoutArgument = (path: readonly string[]): readonly string[] => (path.length > 1 ? path.slice(1) : path);

/** `Field "from" of required type "Date!" was not provided.`: said of the object around it. So is `is not defined by`. */
const childField = (sentence: string): string | undefined =>
  /^Field "(?:\w+\.)?(\w+)" (?:of required|is not defined by) type/.exec(sentence)?.[1];

/** Names of the argument and the input fields that lead to `target`; empty: it stands in no argument. */
function pathTo(document: DocumentNode, target: ASTNode): string[] {
  let keys: readonly (string | number)[] = [];
  visit(document, {
    enter(node, _key, _parent, path) {
      if (node !== target) return undefined;
      keys = [...path];
      return BREAK;
    },
  });
  const names: string[] = [];
  let node: unknown = document;
  for (const key of keys) {
    const inside = (node as Record<string | number, unknown>)[key];
    const { kind, name } = inside as { kind?: string; name?: { value: string } };
    if (kind === 'Argument' || kind === 'ObjectField') names.push(name!.value);
    else if (typeof key === 'number' && names.length > 0) names.push(String(key));
    node = inside;
  }
  return names;
}

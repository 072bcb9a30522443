import { badInput } from '#libs/domain';
import type { Pairs } from './door-request.js';

const NAMES_SOMETHING = /app|group|account|campaign|link|template|key|^id|ids?$/;

/**
 * BAD_USER_INPUT for a parameter that may name an app, a group or an id beside the path, where no check would see it;
 * `known`, in lower case, are the endpoint's own. Others mean nothing to what may be read, and go on.
 */
export function checkQueryNames(query: Pairs, known: readonly string[] = []): void {
  const seen = new Set<string>();
  for (const [written] of query) {
    const name = written.trim().toLowerCase();
    const detail = seen.has(name)
      ? 'stands twice: send it once'
      : !known.includes(name) && NAMES_SOMETHING.test(name)
        ? 'is not known here'
        : undefined;
    if (detail) throw badInput([{ pointer: `/${written.slice(0, 50)}`, detail }]);
    seen.add(name);
  }
}

/** BAD_USER_INPUT for any parameter: the document knows none at writes, and a server may take them for fields of the body. */
export function mustHaveNoQuery(query: Pairs): void {
  if (query.length === 0) return;
  throw badInput(
    query.map(([name]) => ({ pointer: `/${name.slice(0, 50)}`, detail: 'is not taken in the query here' })),
  );
}

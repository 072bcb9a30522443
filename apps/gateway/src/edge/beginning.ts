/**
 * The same bytes, once the first of them are there: what breaks before is an answer of its own. To leave it closes `body`,
 * also where nothing has been read of it, which a generator would not hear of.
 */
export async function beginning(body: AsyncIterable<Buffer>): Promise<AsyncIterable<Buffer>> {
  const chunks = body[Symbol.asyncIterator]();
  let first: IteratorResult<Buffer> | undefined = await chunks.next();
  const iterator: AsyncIterator<Buffer> = {
    next: async () => {
      const next = first ?? (await chunks.next());
      first = undefined;
      return next;
    },
    return: async () => {
      await chunks.return?.();
      return { done: true, value: undefined };
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

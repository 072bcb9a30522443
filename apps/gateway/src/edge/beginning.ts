/** The same bytes, once the first of them are there: what breaks before is an answer of its own. */
export async function beginning(body: AsyncIterable<Buffer>): Promise<AsyncGenerator<Buffer>> {
  const chunks = body[Symbol.asyncIterator]();
  const first = await chunks.next();
  return (async function* () {
    try {
      for (let next = first; !next.done; next = await chunks.next()) yield next.value;
    } finally {
      await chunks.return?.();
    }
  })();
}

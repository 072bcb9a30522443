/** A request that the Postbacks API says no to; its sentences stand in `errors` of the envelope. */
export class PostbacksRefusal extends Error {
  readonly errors: readonly string[];

  constructor(
    readonly status: 400 | 401 | 403 | 404 | 409 | 501,
    ...errors: string[]
  ) {
    super(errors.join(' '));
    this.errors = errors;
  }
}

/** Every answer has this shape, lists and refusals included. */
export const envelope = (
  data: readonly unknown[],
  said: Partial<Record<'errors' | 'warnings' | 'messages', readonly string[]>> = {},
) => ({
  success: (said.errors ?? []).length === 0,
  meta: null,
  nextToken: null as string | null,
  previousToken: null as string | null,
  errors: said.errors ?? [],
  warnings: said.warnings ?? [],
  messages: said.messages ?? [],
  data,
});

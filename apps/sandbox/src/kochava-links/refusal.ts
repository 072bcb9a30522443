/** A request that the Links API says no to. Its document shows no body of a refusal; this is the envelope with `errors`. */
export class LinksRefusal extends Error {
  readonly errors: readonly string[];

  constructor(
    readonly status: 400 | 401 | 403 | 404 | 409,
    ...errors: string[]
  ) {
    super(errors.join(' '));
    this.errors = errors;
  }
}

export const notFound = (what: string): LinksRefusal => new LinksRefusal(404, `${what} not found`);

/**
 * A request that the KPI Service answers with an error: 400 malformed, 401 not authenticated, 403 no access, 404 not found,
 * 429 too many at once. The body is JSON for CSV requests too; the vendor documents no text for it.
 */
export class Refusal extends Error {
  constructor(
    readonly status: 400 | 401 | 403 | 404 | 429,
    message: string,
  ) {
    super(message);
  }
}

export const badRequest = (message: string): Refusal => new Refusal(400, message);

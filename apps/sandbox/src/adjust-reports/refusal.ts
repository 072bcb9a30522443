export type ErrorCode = 'request_error' | 'auth_error' | 'validation_error' | 'service_error';

/** One wrong parameter, as the vendor's validator tells it. */
export interface RefusedParameter {
  loc: readonly string[];
  msg: string;
  type: string;
}

/** A request that the Report Service answers with an error; JSON at every endpoint, for CSV too (FACTS §8). */
export class ReportRefusal extends Error {
  constructor(
    readonly status: 400 | 401 | 403 | 404 | 429 | 501 | 504,
    readonly code: ErrorCode,
    message: string,
    readonly details: readonly RefusedParameter[] | null = null,
  ) {
    super(message);
  }

  /** The vendor's envelope. */
  get body(): Record<string, unknown> {
    return { error_code: this.code, error_desc: this.message, error_desc_details: this.details };
  }
}

export const requestError = (message: string): ReportRefusal => new ReportRefusal(400, 'request_error', message);

export function missing(name: string): ReportRefusal {
  const details = [{ loc: [name], msg: 'field required', type: 'value_error.missing' }];
  return new ReportRefusal(400, 'validation_error', `${name}: field required`, details);
}

export function invalid(name: string, message: string): ReportRefusal {
  const details = [{ loc: [name], msg: message, type: 'value_error' }];
  return new ReportRefusal(400, 'validation_error', `${name}: ${message}`, details);
}

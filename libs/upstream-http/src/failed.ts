import type { UpstreamFailure } from './upstream-error.js';

/** How one try went wrong, before it is redacted and becomes the UpstreamError that leaves. */
export class Failed {
  constructor(
    readonly failure: UpstreamFailure,
    readonly message: string,
    readonly more: { status?: number; retryAfterSeconds?: number; trouble?: boolean } = {},
  ) {}
}

const TROUBLE: ReadonlySet<UpstreamFailure> = new Set(['timeout', 'connection', 'malformed', 'truncated']);

/** Trouble on the vendor's side or on the way to it: what the breaker counts. */
export const isTrouble = (failed: Failed): boolean => failed.more.trouble ?? TROUBLE.has(failed.failure);

import { UpstreamError } from '#libs/upstream-http';
import { VENDOR } from './failure.js';

/** A report's file that can't be read. `clause` is about the file, and names no value of it. */
export const brokenFile = (
  clause: string,
  failure: 'malformed' | 'truncated' | 'too-large' = 'malformed',
): UpstreamError =>
  new UpstreamError(failure, `The report's file can't be read: ${clause}.`, {
    vendor: VENDOR,
    operation: 'rows',
    sent: true,
  });

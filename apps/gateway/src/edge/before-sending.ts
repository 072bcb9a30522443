import { GatewayError } from '#libs/domain';
import { toGatewayError } from './gateway-failure.js';

/**
 * Work of a write before the vendor is asked to do it: checks, and reads. Whatever fails here leaves nothing open: a read
 * that timed out must not become OUTCOME_UNKNOWN, and the caller's idempotency key stays free.
 */
export async function beforeSending<T>(work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (thrown) {
    const { code, message, details } = toGatewayError(thrown);
    throw new GatewayError(code, message, { ...details, sent: 'no' });
  }
}

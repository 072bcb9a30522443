import { type Classify, classifyError } from '#libs/audit';
import { toGatewayError } from './gateway-failure.js';

/** How a failure stands in the audit log: vendors' errors are told by the codes of our doors. */
export const auditVerdict: Classify = (error) => classifyError(toGatewayError(error));

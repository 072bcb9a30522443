import { AUDIT_OUTCOMES } from '#libs/audit';
import { EDGES, ERROR_CODES, VENDORS } from '#libs/domain';
import { PLATFORMS } from '#libs/tenancy';
import { enumOf, publicEnum } from './edge/public-type.js';

/** Enums that more than one noun speaks. */
export const VendorEnum = publicEnum('Vendor', enumOf(VENDORS));
export const PlatformEnum = publicEnum(
  'Platform',
  enumOf(PLATFORMS),
  "Kochava's own list, upper-cased. UNKNOWN: a platform that the vendor added since.",
);
export const ErrorCodeEnum = publicEnum('ErrorCode', enumOf(ERROR_CODES));
export const EdgeEnum = publicEnum('Edge', enumOf(EDGES));
export const AuditOutcomeEnum = publicEnum('AuditOutcome', enumOf(AUDIT_OUTCOMES));

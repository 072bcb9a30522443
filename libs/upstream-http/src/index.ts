export type {
  Authorized,
  CallSignal,
  CallSignalListener,
  Refusal,
  UpstreamAnswer,
  UpstreamCall,
  UpstreamStream,
} from './call.js';
export { decodeJson } from './decode.js';
export type { BreakerSettings } from './lane.js';
export {
  copy,
  idNumber,
  idOf,
  isObject,
  type JsonObject,
  parseJson,
  plain,
  textOf,
  writeJson,
} from './lossless-json.js';
export type { UpstreamAttempt } from './observation.js';
export { redact, withoutSecrets } from './redact.js';
export type { RetryPolicy, RetryReason } from './retry.js';
export type { Secret, VendorCredential } from './secret.js';
export { UpstreamError } from './upstream-error.js';
export type { UpstreamErrorDetails, UpstreamErrorKind, UpstreamFailure } from './upstream-error.js';
export { UpstreamHttp, type UpstreamHttpOptions } from './upstream-http.js';

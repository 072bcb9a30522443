import type { WireObject } from './failure.js';

const KEY = /^api_?key$/i;
const MASK = '[redacted]';

/** Of `["S3bucket", region, bucket, accessKey, secretKey]` the last two. */
function delivery(value: unknown): unknown {
  if (!Array.isArray(value)) return value;
  const isBucket = typeof value[0] === 'string' && value[0].toLowerCase() === 's3bucket';
  return value.map((part: unknown, index) => (isBucket && index >= 3 ? MASK : part));
}

/** A request as Kochava echoes it, without the `api_key` (or `API_key`) and the keys of a bucket. */
export function withoutSecrets(request: WireObject): WireObject {
  return Object.fromEntries(
    Object.entries(request)
      .filter(([name]) => !KEY.test(name))
      .map(([name, value]) => [name, name.toLowerCase() === 'delivery_method' ? delivery(value) : value]),
  );
}

import { DEMO_REPORTING_KEY, KOCHAVA_ORBIT_RUNNER_IOS } from '../../apps/sandbox/src/index.js';
import type { TestGateway } from './gateway.js';
import { type ClientAnswer, clientSend } from './vendor-door.js';

export const DOOR = '/vendor/kochava-reporting';
export const GUID = KOCHAVA_ORBIT_RUNNER_IOS.guid;

const DAY = 86_400;
const midnight = Math.floor(Date.now() / 1000 / DAY) * DAY;
let asked = 0;

/** A summary as its document has it, another each time: two that are the same would be one at Kochava. */
export const aSummary = (more: object = {}) => ({
  app_guid: GUID,
  time_start: String(midnight - 4 * DAY),
  time_end: String(midnight - DAY - ++asked * 60),
  traffic: ['install', 'click'],
  traffic_grouping: ['network', 'country'],
  time_series: '24',
  time_zone: 'UTC',
  delivery_method: ['S3link'],
  delivery_format: 'csv',
  ...more,
});

/** What answers of the Reporting API hold; lists are read by `list`. */
interface Told {
  status: string;
  error?: string;
  status_detail?: string;
  report_token: string;
  report: string;
  report_request: Record<string, unknown>;
  [field: string]: unknown;
}

export interface DoorAnswer extends ClientAnswer {
  /** Undefined where it is no JSON. */
  json: Told;
  list: Told[];
}

const read = (answer: ClientAnswer): DoorAnswer => {
  let json: unknown;
  try {
    json = JSON.parse(answer.text);
  } catch {
    json = undefined;
  }
  return { ...answer, json: json as Told, list: json as Told[] };
};

/** POSTs as clients do: JSON without a content type, the key a field of it. */
export const ask = async ({ url }: TestGateway, key: string, path: string, body: object = {}): Promise<DoorAnswer> =>
  read(await clientSend(url, 'POST', `${DOOR}${path}`, JSON.stringify({ api_key: key, ...body })));

/** A request as it stands. */
export const askRaw = async (
  { url }: TestGateway,
  method: string,
  path: string,
  body?: string,
  headers?: Record<string, string>,
): Promise<DoorAnswer> => read(await clientSend(url, method, `${DOOR}${path}`, body, headers));

/** The same of Kochava itself, with the tenant's credential. */
export const askKochava = async ({ sandbox }: TestGateway, path: string, body: object = {}): Promise<DoorAnswer> =>
  read(
    await clientSend(sandbox.url, 'POST', `/v1.4${path}`, JSON.stringify({ api_key: DEMO_REPORTING_KEY.key, ...body })),
  );

import { badInput, GatewayError, type TenantContext } from '#libs/domain';
import type { OutgoingCall } from '../asked-call.js';
import type { Pairs } from '../door-request.js';
import { itemsOf } from './report-query.js';

/** Catalogues of words and values, which tell of no app (FACTS §6). */
const OF_NO_APP = new Set(
  (
    'overview_metrics skad_metrics cohort_metrics event_metrics cost_metrics etl_metrics dimensions countries currencies ' +
    'os_names networks partners channels ad_revenue_sources iap_revenue_mode attribution_type attribution_types ' +
    'attribution_source attribution_status ad_spend_mode cohort_maturity utc_offset index period_over_period ' +
    'cohort_metric_names full_cohort_periods store_type skad_time_adjustment device_types'
  ).split(' '),
);

/**
 * BAD_USER_INPUT where a key with an app list asks for a catalogue that can't be narrowed to it: entries of `apps` bear
 * app tokens, those of others that may list apps do not.
 */
export function checkCatalogues(tenant: TenantContext, query: Pairs): void {
  if (!tenant.appIds) return;
  const strange = itemsOf(query, 'required_filters').filter((name) => name !== 'apps' && !OF_NO_APP.has(name));
  if (strange.length === 0) return;
  const detail = `${strange.join(', ').slice(0, 200)} can not be narrowed to the apps of this key: ask for apps`;
  throw badInput([{ pointer: '/required_filters', detail }]);
}

/**
 * The answer of /filters_data with no app in it but `own`; to the byte as it came where it had no other. Refused where it
 * holds what `checkCatalogues` would not let a key with an app list ask for: the vendor read the question in another way.
 */
export function narrowedCatalogues(tenant: TenantContext, body: Buffer, own: ReadonlySet<string>): Buffer {
  if (body.length === 0) return body;
  const catalogues = parsed(body);
  if (!isObject(catalogues)) throw unreadable();
  const { apps, ...others } = catalogues;
  if (tenant.appIds && !Object.keys(others).every((name) => OF_NO_APP.has(name))) throw unreadable();
  if (apps === undefined) return body;
  const kept = listOf(apps).filter((app) => own.has(String(app['id'])));
  return kept.length === listOf(apps).length ? body : written({ ...catalogues, apps: kept });
}

/**
 * How /events is asked, and its answer narrowed: one entry may be of several apps, whose tokens are told apart by the
 * mapping alone. It is always asked for, and taken out again for who did not.
 */
export function narrowedEvents(own: ReadonlySet<string>, query: Pairs): Pick<OutgoingCall, 'query' | 'rewrite'> {
  const isMapping = ([name]: readonly [string, string]): boolean => name.trim().toLowerCase() === 'tokens_mapping';
  const wantsMapping = query.some((pair) => isMapping(pair) && /^(?:true|1)$/i.test(pair[1].trim()));
  return {
    query: [
      ['app_token__in', [...own].join(',')],
      ['tokens_mapping', 'true'],
      ...query.filter((pair) => !isMapping(pair)),
    ],
    rewrite: (body) => {
      if (body.length === 0) return body;
      return written(listOf(parsed(body)).flatMap((event) => narrowedEvent(event, own, wantsMapping)));
    },
  };
}

type Entry = Record<string, unknown>;

function narrowedEvent(event: Entry, own: ReadonlySet<string>, wantsMapping: boolean): Entry[] {
  const { app_token_x_event_tokens_mapping: mapping, ...plain } = event;
  const apps = textsOf(event['app_token']);
  const kept = apps.filter((app) => own.has(app));
  if (kept.length === 0) return [];
  const byApp = isObject(mapping) ? Object.entries(mapping).filter(([app]) => own.has(app)) : [];
  const narrowed = kept.length === apps.length ? plain : { ...plain, app_token: kept, tokens: tokensOf(byApp) };
  return [wantsMapping ? { ...narrowed, app_token_x_event_tokens_mapping: Object.fromEntries(byApp) } : narrowed];
}

const tokensOf = (byApp: readonly [string, unknown][]): string[] => [
  ...new Set(byApp.flatMap(([, tokens]) => textsOf(tokens))),
];

const isObject = (value: unknown): value is Entry =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const textsOf = (value: unknown): string[] => {
  if (!Array.isArray(value)) throw unreadable();
  return value.map(String);
};

function listOf(value: unknown): Entry[] {
  if (!Array.isArray(value) || !value.every(isObject)) throw unreadable();
  return value;
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    throw unreadable();
  }
}

const written = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));

/** What can't be narrowed is not handed on. */
const unreadable = (): GatewayError =>
  new GatewayError(
    'UPSTREAM_INVALID_RESPONSE',
    'Adjust’s list is not in its documented form: it can not be narrowed to this key’s apps.',
    {
      vendor: 'ADJUST',
    },
  );

import type { AdjustUser } from '../adjust/access.js';
import { DEVICE_TYPES, OS_NAMES } from '../adjust/parameters.js';
import { humanName } from '../adjust/human-names.js';
import { COUNTRIES } from '../world/places.js';
import type { App, World } from '../world/world.js';
import { appsOf } from './access.js';
import { BASE_METRICS } from './base-metrics.js';
import { COHORT_METRICS, LAST, PERIOD_LETTERS } from './cohort-metrics.js';
import {
  appNetwork,
  CELL_DIMENSIONS,
  channelId,
  countryName,
  currencyName,
  partnerId,
  storeType,
  TIME_DIMENSIONS,
} from './dimensions.js';
import type { SluggedEvent } from './event-metrics.js';
import { EVENT_COHORTS, EVENT_ENDINGS, eventsOf } from './event-metrics.js';
import type { ReportQuery } from './query.js';
import { invalid } from './refusal.js';

/** One entry of a catalogue; `id` is what queries take. */
interface Entry extends Record<string, unknown> {
  id: string;
  name: string;
  short_name: string;
  section: string | null;
  formatting: string | null;
}

const entry = (
  id: string,
  name = humanName(id),
  section: string | null = null,
  formatting: string | null = null,
): Entry => ({
  id,
  name,
  short_name: name,
  section,
  formatting,
});
const entries = (ids: Iterable<string>): Entry[] => [...new Set(ids)].map((id) => entry(id));

const COST = /cost|^ecp|^paid_|^network_/;
const sectionOf = (metric: string): string =>
  COST.test(metric)
    ? 'Cost'
    : /revenue|arpdau|roas|profit|lifetime/.test(metric)
      ? 'Revenue'
      : /^rejected/.test(metric)
        ? 'Fraud'
        : 'Conversion';
const metricEntry = (id: string): Entry =>
  entry(id, humanName(id), sectionOf(id), /rate|ctr|roas/.test(id) ? 'percent' : 'decimal');

const appEntry = (app: App): Entry => ({
  ...entry(app.token, app.name),
  default_store_app_id: appNetwork(app),
  currency: { name: currencyName(app.currency), code: app.currency },
  platforms: {},
});
const partnersOf = (apps: readonly App[]) => [
  ...new Map(apps.flatMap((app) => app.trackers.map(({ network }) => [network.partner.id, network.partner]))).values(),
];
const offsets = (): string[] =>
  Array.from({ length: 27 }, (_, at) => at - 12).map(
    (hours) => `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`,
  );
const periods = (): string[] =>
  Object.entries(PERIOD_LETTERS).flatMap(([letter, period]) =>
    Array.from({ length: LAST[period] + 1 }, (_, at) => `${letter}${at}`),
  );

/** What each filter of `required_filters` lists, of these apps. */
const FILTERS: Readonly<Record<string, (apps: readonly App[]) => Entry[]>> = {
  apps: (apps) => apps.map(appEntry),
  apps_network: (apps) => apps.map((app) => entry(appNetwork(app), app.name)),
  overview_metrics: () => [...BASE_METRICS.adjust.keys()].filter((id) => !COST.test(id)).map(metricEntry),
  cost_metrics: () => [...BASE_METRICS.adjust.keys()].filter((id) => COST.test(id)).map(metricEntry),
  cohort_metrics: () => [...COHORT_METRICS.keys()].map(metricEntry),
  cohort_metric_names: () => [...COHORT_METRICS.keys()].map(metricEntry),
  event_metrics: (apps) =>
    [...eventsOf(apps).keys()].flatMap((slug) =>
      [...EVENT_ENDINGS, ...Object.keys(EVENT_COHORTS)].map((ending) =>
        entry(`${slug}_${ending}`, humanName(`${slug}_${ending}`), 'Events'),
      ),
    ),
  skad_metrics: () => [],
  dimensions: () => entries([...Object.keys(TIME_DIMENSIONS), ...Object.keys(CELL_DIMENSIONS)]),
  index: () => entries([...Object.keys(TIME_DIMENSIONS), ...Object.keys(CELL_DIMENSIONS)]),
  countries: () => COUNTRIES.map(({ code }) => entry(code.toUpperCase(), countryName(code))),
  currencies: (apps) =>
    [...new Set(apps.map(({ currency }) => currency))].map((code) => entry(code, currencyName(code))),
  os_names: () => entries(OS_NAMES),
  device_types: () => entries(DEVICE_TYPES),
  networks: (apps) =>
    entries(apps.flatMap(({ trackers }) => trackers.map(({ network }) => network.name))).map((item) =>
      entry(item.id, item.id),
    ),
  partners: (apps) => partnersOf(apps).map((partner) => entry(partnerId(partner), partner.name)),
  channels: (apps) => partnersOf(apps).map((partner) => entry(channelId(partner), partner.name)),
  attribution_type: () => entries(['click', 'impression', 'all']),
  attribution_types: () => entries(['click', 'engaged_ad', 'impression']),
  attribution_source: () => entries(['dynamic', 'first']),
  attribution_status: () => entries(['all', 'false', 'true']),
  ad_spend_mode: () => entries(['adjust', 'network', 'mixed']),
  cohort_maturity: () => entries(['immature', 'mature', 'fully_mature']),
  iap_revenue_mode: () => entries(['GROSS_100']),
  utc_offset: () => entries(offsets()),
  full_cohort_periods: () => entries(periods()),
  store_type: (apps) => entries(apps.map(storeType)),
};

/** The answer of /filters_data: an object of catalogues by filter. */
export function filtersData(query: ReportQuery, world: World, user: AdjustUser): Record<string, Entry[]> {
  const asked = query.demandedList('required_filters');
  const wrong = asked.find((name) => !Object.hasOwn(FILTERS, name));
  if (wrong !== undefined) throw invalid('required_filters', `${wrong} is not valid`);
  const apps = appsOf(world, user, query.list('app_token__in'));
  const section = query.text('section')?.toLowerCase();
  return Object.fromEntries(
    asked.map((name) => {
      const contained = query.text(`${name}__contains`)?.toLowerCase() ?? '';
      const found = FILTERS[name]?.(apps) ?? [];
      return [
        name,
        found.filter(
          (item) =>
            item.name.toLowerCase().includes(contained) &&
            (section === undefined || (item.section?.toLowerCase() ?? section) === section),
        ),
      ];
    }),
  );
}

const eventEntry = ({ slug, name, tokens }: SluggedEvent, mapping: boolean): Entry => ({
  ...entry(slug, name, 'Events', 'integer'),
  description: '',
  app_token: [...tokens.keys()],
  tokens: [...tokens.values()].flat(),
  is_skad_event: false,
  ...(mapping && { app_token_x_event_tokens_mapping: Object.fromEntries(tokens) }),
});

/** The answer of /events: the slugs that metrics are made of. */
export function events(query: ReportQuery, world: World, user: AdjustUser): Entry[] {
  const apps = appsOf(world, user, query.list('app_token__in'));
  const contained = (query.text('events__contains') ?? query.text('event__contains') ?? '').toLowerCase();
  const mapping = query.flag('tokens_mapping', false);
  return [...eventsOf(apps).values()]
    .filter(({ name }) => name.toLowerCase().includes(contained))
    .map((event) => eventEntry(event, mapping));
}

import { KpiComparisonDimension, ComparisonParams } from './comparison.input.js';
import { FORM_PARAMS } from './kpi-form.js';
import { codes, decimal, KPI_PARAMS, type QueryDoor } from './kpi-params.js';

const { app, from, to, metrics, countries, networks, campaigns } = KPI_PARAMS;
const { os_names, device_types, events, utc_offset, wait_seconds, on_failed_source } = KPI_PARAMS;
const { totals: _, ...form } = FORM_PARAMS;

/** What GET /v1/kpis/comparison takes: the words of GET /v1/kpis, without those that mean something to one vendor only. */
export const COMPARISON_DOOR: QueryDoor<ComparisonParams> = {
  type: ComparisonParams,
  form,
  params: {
    app,
    from,
    to,
    metrics: { ...metrics, required: true },
    group_by: {
      ...KPI_PARAMS.group_by,
      read: codes(KpiComparisonDimension),
      description: `Comma separated, in the order of the columns: ${Object.keys(KpiComparisonDimension).join(', ').toLowerCase()}.`,
    },
    countries,
    networks,
    campaigns,
    os_names,
    device_types,
    events,
    utc_offset,
    tolerance_percent: {
      field: 'tolerancePercent',
      read: decimal,
      description: 'Up to which delta_percent, in either direction, two values count as the same; default 5.',
    },
    wait_seconds,
    on_failed_source,
  },
};

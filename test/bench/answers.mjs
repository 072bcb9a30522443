// Answers of Adjust's KPI Service, in its own shape. The same question always gets the same bytes.
export const COUNTRIES = ['de', 'us', 'fr', 'gb', 'jp', 'br', 'in', 'ca', 'it', 'es', 'nl', 'se'];
export const networkOf = (index) => ({ token: `tok${1000 + index}`, name: `Network ${index}` });
const NETWORKS = Array.from({ length: 20 }, (_, index) => networkOf(index));
const DAY = 86_400_000;

/** The questions asked here: about 1.3 KB, 50 KB (720 rows) and 5 MB (72,000 rows) of the vendor's JSON. */
export const SIZES = {
  small: { from: '2025-01-01', to: '2025-01-20', groupBy: ['day'] },
  medium: { from: '2025-01-01', to: '2025-01-03', groupBy: ['day', 'country', 'network'] },
  large: { from: '2025-01-01', to: '2025-10-27', groupBy: ['day', 'country', 'network'] },
};

/** The app whose answers are held back for a while, so that many callers are there before it. */
export const SLOW_APP = 'slow00000001';
export const SLOW_MS = 200;

/** The body for a path such as /kpis/v1/APP?start_date=…&end_date=…&grouping=…; each KPI is a whole number. */
export function answerTo(path) {
  const { pathname, searchParams } = new URL(path, 'http://upstream');
  const token = pathname.split('/')[3] ?? '';
  const kpis = (searchParams.get('kpis') ?? '').split(',');
  const grouping = (searchParams.get('grouping') ?? '').split(',');
  const [start_date, end_date] = ['start_date', 'end_date'].map((name) => searchParams.get(name));
  const deep = grouping.includes('countries');
  const values = (day, country, network) =>
    kpis.map((_, index) => 1000 * index + day * 31 + country * 7 + network * (index + 1));
  const dates = [];
  for (let day = 0, at = Date.parse(start_date); at <= Date.parse(end_date); day++, at += DAY) {
    const date = new Date(at).toISOString().slice(0, 10);
    if (!deep) dates.push({ date, kpi_values: values(day, 0, 0) });
    else {
      const countries = COUNTRIES.map((country, row) => ({
        country,
        networks: NETWORKS.map((network, column) => ({ ...network, kpi_values: values(day, row, column) })),
      }));
      dates.push({ date, countries });
    }
  }
  const result_parameters = {
    ...{ kpis, start_date, end_date, sandbox: false, grouping },
    ...{ attribution_type: 'click', utc_offset: '00:00', attribution_source: 'dynamic' },
  };
  const result_set = { token, name: 'Orbit Runner iOS', currency: 'EUR', dates };
  return Buffer.from(JSON.stringify({ result_parameters, result_set }));
}

/** The path at which the gateway asks the question of `size`: what the proxy is asked with. */
export const vendorPath = (size, app) => {
  const { from, to, groupBy } = SIZES[size];
  const names = { day: 'day', country: 'countries', network: 'networks' };
  const grouping = groupBy.map((dimension) => names[dimension]).join(',');
  return `/kpis/v1/${app}?start_date=${from}&end_date=${to}&kpis=installs,clicks,sessions&grouping=${grouping}`;
};

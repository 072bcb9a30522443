// Answers of Adjust's KPI Service, in its own shape. The same question gets the same bytes, but for CHANGING_APP.
export const COUNTRIES = ['de', 'us', 'fr', 'gb', 'jp', 'br', 'in', 'ca', 'it', 'es', 'nl', 'se'];
export const networkOf = (index) => ({ token: `tok${1000 + index}`, name: `Network ${index}` });
const DAY = 86_400_000;

/** The questions asked here: about 1.3 KB, 50 KB (720 rows) and 5 MB (72,000 rows) of the vendor's JSON. */
export const SIZES = {
  small: { from: '2025-01-01', to: '2025-01-20', groupBy: ['day'] },
  medium: { from: '2025-01-01', to: '2025-01-03', groupBy: ['day', 'country', 'network'] },
  large: { from: '2025-01-01', to: '2025-10-27', groupBy: ['day', 'country', 'network'] },
};

/** An app that so many networks have to do with; others have twenty. */
export const wideApp = (networks) => `wide${String(networks).padStart(8, '0')}`;
const networksOf = (app) =>
  Array.from({ length: Number(/^wide(\d{8})$/.exec(app)?.[1] ?? 20) }, (_, index) => networkOf(index));

/** The app whose answers are held back for a while, so that many callers are there before it. */
export const SLOW_APP = 'slow00000001';
export const SLOW_MS = 200;

/** The app whose numbers differ from answer to answer, and how many different answers there are. */
export const CHANGING_APP = 'changing0001';
export const TURNS = 16;

/** The body for a path such as /kpis/v1/APP?start_date=…&end_date=…&grouping=…; each KPI is a whole number. */
export function answerTo(path, turn = 0) {
  const { pathname, searchParams } = new URL(path, 'http://upstream');
  const tokens = (pathname.split('/')[3] ?? '').split(',');
  const kpis = (searchParams.get('kpis') ?? '').split(',');
  const grouping = (searchParams.get('grouping') ?? '').split(',').filter(Boolean);
  const [start_date, end_date] = ['start_date', 'end_date'].map((name) => searchParams.get(name));
  const apps = tokens.map((token) => ({ token, name: 'Orbit Runner iOS', currency: 'EUR' }));
  const levels = {
    apps: { list: 'apps', items: apps, weight: 1 },
    day: { list: 'dates', items: daysOf(start_date, end_date).map((date) => ({ date })), weight: 31 },
    countries: { list: 'countries', items: COUNTRIES.map((country) => ({ country })), weight: 7 },
    networks: { list: 'networks', items: networksOf(tokens[0]), weight: 1 },
  };
  const below = (depth, base, last) => {
    const level = levels[grouping[depth]];
    if (!level) return { kpi_values: kpis.map((_, index) => 1000 * index + base + last * (index + 1) + turn) };
    const { list, items, weight } = level;
    const isLast = depth === grouping.length - 1 && list === 'networks';
    return {
      [list]: items.map((item, index) => ({
        ...item,
        ...below(depth + 1, isLast ? base : base + weight * index, isLast ? index : 0),
      })),
    };
  };
  const result_parameters = {
    ...{ kpis, start_date, end_date, sandbox: false, grouping },
    ...{ attribution_type: 'click', utc_offset: '00:00', attribution_source: 'dynamic' },
  };
  const result_set = { ...(tokens.length === 1 && grouping[0] !== 'apps' && apps[0]), ...below(0, 0, 0) };
  return Buffer.from(JSON.stringify({ result_parameters, result_set }));
}

function daysOf(from, to) {
  const days = [];
  for (let at = Date.parse(from); at <= Date.parse(to); at += DAY) days.push(new Date(at).toISOString().slice(0, 10));
  return days;
}

/** The path at which the gateway asks the question of `size`: what the proxy is asked with. */
export const vendorPath = (size, app) => {
  const { from, to, groupBy } = SIZES[size];
  const names = { day: 'day', country: 'countries', network: 'networks' };
  const grouping = groupBy.map((dimension) => names[dimension]).join(',');
  return `/kpis/v1/${app}?start_date=${from}&end_date=${to}&kpis=installs,clicks,sessions&grouping=${grouping}`;
};

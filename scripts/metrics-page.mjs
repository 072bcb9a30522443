// docs/metrics.md: tables from the code, words from here. A metric or dimension without words fails `npm run contract`.
import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { MADE, table } from './generated-docs.mjs';

const METRICS = {
  IMPRESSIONS: ['count', 'Times that an ad was shown, as the network reported it to Adjust.'],
  CLICKS: ['count', 'Clicks on tracker links, repeated ones of one person included.'],
  INSTALLS: [
    'count',
    'First opens of the app, by the day of that first open (not of the download), under the tracker that Adjust attributed it to. Reinstalls and rejected installs are not in it.',
  ],
  REATTRIBUTIONS: [
    'count',
    'Returns of a lapsed user through a new tracked source. Of a cohort only with `attributionSource: FIRST`.',
  ],
  SESSIONS: ['count', 'Sessions, the one that made the install included.'],
  EVENTS: ['count', 'In-app events that the app reports to Adjust; of an overview, of all kinds together.'],
  REVENUE_EVENTS: ['count', 'Events that carried an amount.'],
  REVENUE: ['money', 'The amounts of those events, converted by Adjust. Revenue of ads is `adjust:ad_revenue`, apart.'],
  COST: ['money', 'Ad spend. **The KPI Service no longer fills it**: 0 or stale, with a warning in `sources`.'],
  CTR: ['ratio', 'Click-through rate.'],
  CLICK_CONVERSION_RATE: ['ratio', 'Installs for each click; above 1 where installs came without a click.'],
  ECPI: [
    'money',
    'Cost of an install, over all installs; Adjust’s own `ecpi` divides by paid installs. Hangs on COST, and carries its warning.',
  ],
  ROAS: ['ratio', 'Return on ad spend. Hangs on COST, and carries its warning.'],
};

const DIMENSIONS = {
  APP: ['apps', 'Our id of the app beside its name.'],
  HOUR: ['hour', 'Instants in UTC, `2026-01-31T13:00:00Z`, where `utcOffset` makes the hours begin.'],
  DAY: ['day', 'Days as `utcOffset` cuts them.'],
  WEEK: ['week', 'Monday of the week. The first may lie before `from`, and is then not a whole week.'],
  MONTH: ['month', 'The first of the month, with the same caution.'],
  COUNTRY: ['countries', 'ISO 3166-1 alpha-2, upper case.'],
  REGION: ['region', 'Adjust’s business regions: APAC, EMEA, LATAM, …'],
  NETWORK: [
    'networks',
    'First level of the tracker tree, under the tenant’s one name for it (network aliases); a filter takes that name too.',
  ],
  CAMPAIGN: ['campaigns', 'Second level.'],
  ADGROUP: ['adgroups', 'Third level.'],
  CREATIVE: ['creatives', 'Fourth level.'],
  SITE: ['', 'The network’s site or sub-publisher.'],
  TRACKER: ['trackers', 'The level under `adjust.trackerToken`; without one, networks.'],
  PARTNER: ['partners', 'The partner that the data belongs to.'],
  OS_NAME: ['os_names', 'Of the device.'],
  DEVICE_TYPE: ['device_types', 'Of the device.'],
  EVENT: ['events', 'Makes it a question about events, unless it is one about a cohort.'],
  COHORT_PERIOD: ['periods', 'With `cohort` only: 0 is the period of the install.'],
};

const AT_KOCHAVA = {
  IMPRESSIONS: 'Impressions that networks sent to Kochava.',
  CLICKS: 'Clicks that networks sent to Kochava; those that repeat another are counted apart (`duplicate_clicks`).',
  INSTALLS: 'Installs, under the network that Kochava attributed them to.',
  REATTRIBUTIONS:
    'Reengagements: users who had the app and came back by an ad. Adjust counts only those who had been away for its inactivity period; `warnings` says so.',
  SESSIONS: '',
  EVENTS: 'Events after the install, of all names together.',
  REVENUE_EVENTS: 'Revenue generating events.',
  REVENUE: 'Amount of revenue generated. In which currency is not told: `currency` is null.',
  COST: 'What was spent on clicks and on impressions; spend on installs is not in it. Currency as of REVENUE.',
  CTR: 'As at Adjust.',
  CLICK_CONVERSION_RATE: 'As at Adjust.',
  ECPI: 'Of Kochava’s COST.',
  ROAS: 'Of Kochava’s COST.',
};

const RESTATED = [
  'KPI_COUNTS_RESTATED_DAYS',
  'KPI_COST_RESTATED_DAYS',
  'KPI_CACHE_RECENT_SECONDS',
  'KPI_CACHE_PAST_SECONDS',
  'KPI_CACHE_STALE_SECONDS',
  'KPI_CACHE_ENTRIES',
];

function wordsFor(known, words, what) {
  const missing = known.filter((name) => !words[name]);
  if (missing.length > 0) throw new Error(`scripts/metrics-page.mjs has no words for ${what} ${missing.join(', ')}`);
}

/** Rows of fields and the parameters of a URL that stand for them, where the two are not the same word. */
function spelledOtherwise(...doors) {
  const params = Object.entries(Object.assign({}, ...doors)).filter(([name, { field }]) => name !== field);
  return params.map(([name, { field }]) => [`\`${field}\``, `\`${name}\``]);
}

/** The text of docs/metrics.md; dist/ must be built. */
export async function metricsPage() {
  const gateway = (path) => import(`../dist/apps/gateway/src/${path}`);
  const { DIMENSION_COLUMNS, KpiMetric, KpiDimension, RATIOS } = await gateway('kpis/kpi-words.js');
  const { KPI_PARAMS } = await gateway('kpis/kpi-params.js');
  const { COMPARISON_DOOR } = await gateway('kpis/comparison-params.js');
  const { unsupportedDimensions } = await gateway('kpis/adjust-plan.js');
  const { counterName, KOCHAVA_COUNTERS, KOCHAVA_GROUPING, unsupportedAtKochava } =
    await gateway('kpis/kochava-plan.js');
  const { SUMMARY_COUNTERS } = await import('../dist/libs/kochava-reporting/src/index.js');
  const { ADJUST_EVENT_KPIS, ADJUST_KPIS } = await import('../dist/libs/adjust-kpi/src/index.js');
  wordsFor(Object.keys(KpiMetric), METRICS, 'metric');
  wordsFor(Object.keys(KOCHAVA_COUNTERS), AT_KOCHAVA, 'metric at Kochava');
  wordsFor(Object.keys(KpiDimension), DIMENSIONS, 'dimension');
  const lives = parseEnv(await readFile('.env.example', 'utf8'));

  const endpointsOf = (names) =>
    ['overview', 'events', 'cohorts'].filter((endpoint) =>
      names.every((name) => ADJUST_KPIS.get(name)?.endpoints.includes(endpoint)),
    );
  const unified = Object.keys(KpiMetric).map((metric) => {
    const ratio = RATIOS[metric];
    const names = (ratio ? [ratio.over, ratio.under] : [metric]).map((name) => name.toLowerCase());
    const [unit, meaning] = METRICS[metric];
    const from = names.map((name) => `\`${name}\``).join(' / ');
    return [`\`${metric}\``, meaning, unit, from, endpointsOf(names).join(', ')];
  });
  const atKochava = Object.keys(KpiMetric).map((metric) => {
    const ratio = RATIOS[metric];
    const counters = ratio
      ? { over: KOCHAVA_COUNTERS[ratio.over], under: KOCHAVA_COUNTERS[ratio.under] }
      : KOCHAVA_COUNTERS[metric] && { sum: KOCHAVA_COUNTERS[metric] };
    const name = counterName(counters);
    return [`\`${metric}\``, name ? `\`${name}\`` : '–', AT_KOCHAVA[metric] || 'Kochava’s summaries do not tell it.'];
  });
  const ownKochava = [...SUMMARY_COUNTERS.values()].map(({ name, traffic, money, description }) => [
    `\`${name}\``,
    `\`${traffic}\``,
    money ? 'money' : 'count',
    description,
  ]);
  const dimensions = Object.keys(KpiDimension).map((dimension) => {
    const [grouping, meaning] = DIMENSIONS[dimension];
    const columns = DIMENSION_COLUMNS[dimension].map((name) => `\`${name}\``).join(', ');
    const absent = unsupportedDimensions({ groupBy: [dimension] }).length > 0;
    const here = KOCHAVA_GROUPING[dimension] ? `\`${KOCHAVA_GROUPING[dimension]}\`` : 'made here';
    return [
      `\`${dimension}\``,
      columns,
      absent ? '–' : `\`${grouping}\``,
      unsupportedAtKochava([dimension]).length > 0 ? '–' : here,
      meaning,
    ];
  });
  const own = [...ADJUST_KPIS.values()].map(({ name, endpoints, unit, additive, filledNoMore, description }) => [
    `\`${name}\``,
    endpoints.join(', '),
    unit,
    additive ? 'yes' : 'no',
    `${description}${filledNoMore ? ' No longer filled by this service.' : ''}`,
  ]);

  return `${MADE}# Metrics

What each number means, in which unit, and where it comes from.

A question is an **overview**; with EVENT in \`groupBy\`, or a filter by events, it is about **events**; with \`cohort\` it
is about **cohorts**. Each is an endpoint of Adjust’s KPI Service: \`/kpis/v1/APPS\`, \`…/events\`, \`…/cohorts\`. Kochava
is asked for **summary reports**, which know overviews only. What a vendor lacks for a question stands in its source
(\`status\` UNSUPPORTED, \`unsupported\`); it is an error where that vendor was named, or no other is left.

**Units.** *count*: a whole number. *money*: in the app’s reporting currency at Adjust, told by \`currency\` beside it;
Kochava’s summaries tell none. *ratio*: a fraction, never a percentage: 0.25 is 25 %. *seconds*: as it says.

## Metrics of the unified model

${table(['metric', 'at Adjust', 'unit', 'KPI Service', 'for'], unified)}
### The same metrics at Kochava

${table(['metric', 'counters of its summaries', 'what is counted'], atKochava)}
## Dimensions

Rows hold the columns below in the order of \`groupBy\`; an id stands beside its name, because names change and ids
don’t. Combinations without any number have no row.

${table(['dimension', 'columns', 'at Adjust', 'at Kochava', ''], dimensions)}
**A filter by networks takes the names that rows show**: the tenant’s canonical name, or the vendors’ own where there is
none. A vendor’s own name of a network that has a canonical one matches that vendor’s rows alone; the other’s are then
missing, and no warning says so.

## Names at REST

This page uses the names of GraphQL and JSON bodies. In the URL of \`GET /v1/kpis\` and \`/v1/kpis/comparison\`:

${table(['here', 'in a URL'], spelledOtherwise(KPI_PARAMS, COMPARISON_DOOR.params))}
Words of a list are taken in any letter case (\`metrics=installs\`, \`group_by=day\`), and columns of flat rows are lower case.

## What adds up, and what does not

- **Sums** (counts and money) add up over every dimension.
- **Ratios** of the unified model are worked out here from sums, so that they hold over any grouping; where the divisor
  is 0 they are null (an empty cell). Do not average a column of ratios: ask again without the dimension.
- **Distinct users** (\`daus\`, \`waus\`, \`maus\`, users of a cohort) do not add up: one person is in two networks, and on two
  days. The gateway sums none of them. Where your filter needs a dimension that you did not group by (networks,
  campaigns, events), it refuses (UNSUPPORTED), and names what to put into \`groupBy\`.
- **\`totals\`** is a question of its own to the vendor, without dimensions; for what does not add up over apps it has one
  row for each app.
- **One network may be several rows.** Rows of one name stay apart by \`network_id\`: Adjust has an id of its own for a network
  in each app, and networks that an alias makes one keep theirs. Add them up by name; the comparison does so by itself.
- **Two currencies are two rows.** Nothing is converted here: a row over several apps is one for each currency.

## What can’t be asked together

| this | with this | because |
| --- | --- | --- |
| IMPRESSIONS, CLICKS, INSTALLS, SESSIONS, COST and what is made of them | EVENT in \`groupBy\`, or a filter by events | an install has no event: the column *for* above |
| HOUR, DAY, WEEK, MONTH | another of them | a row has one time |
| COHORT_PERIOD, or a cohort’s metrics | no \`cohort\` | they are of a period after install |
| event KPIs such as \`TOKEN_revenue\` | events or cohorts | the vendor has them on an overview only |
| REATTRIBUTIONS and deattributions of a cohort | \`attributionSource\` other than FIRST | with DYNAMIC all of them fall into period 0 |
| \`adjust.trackerToken\` | several apps | a tracker belongs to one app; \`trackerFilter\` takes several |
| \`adjust.reattributed\` INSTALLED or REATTRIBUTED | days before 2017-09-01 | Adjust keeps it from then on |
| \`cohort.range\` | more than 120 days or 52 weeks | the vendor’s bounds; months have none |
| SITE | Adjust | it does not tell it |
| REGION, ADGROUP, PARTNER, OS_NAME, DEVICE_TYPE, EVENT, COHORT_PERIOD, SESSIONS | Kochava | its summaries do not tell them |

## Cost

Adjust’s KPI Service has stopped filling cost; the names are still taken. Whatever reads one of them carries a warning in
\`sources\`. Ad spend is in Adjust’s Report Service.

## Days, time zones, weeks

\`from\` and \`to\` are both included. Days begin where \`utcOffset\` (REST: \`utc_offset\`) says (\`+00:00\` unless told; half hours are fine), for every
app alike; it is an offset, not a zone: a report over a change to summer time has one border all the way. Weeks begin on
Monday. A period of a cohort is counted in hours after each user’s install (a day is 24, a week 168, a month 720), not
in calendar days.

At Kochava, days are cut here: it is asked in UTC, by the hour where \`utcOffset\` is not \`+00:00\` or HOUR is asked for,
and weeks and months are added up from that. An offset with minutes can’t be cut from hours, and is UNSUPPORTED.

## Kochava: how it is asked, and PENDING

Kochava does not answer at once: for each app a summary report is asked for, made by Kochava in seconds or minutes, and
read when it is there. \`waitSeconds\` (REST: \`wait_seconds\`; 0 to 30, 10 unless told) is how long an answer waits; past it the source is
PENDING, \`reports\` lists what it waits for, and no row of Kochava is there: half an app set is no answer. Ask the same
again and those reports are joined, not asked for a second time; they are made on, whoever waits, and through restarts.
CSV and NDJSON, which have no \`sources\`, are 503 with \`Retry-After\` while it is PENDING.

- One report serves every question that it holds the numbers of: coarser dimensions, fewer metrics, \`totals\`.
- The reports are reports like others (\`reports\`, GET /v1/reports), audited as \`report.request\` by the key that asked.
- Filters of Kochava’s are no censor, as its document says: nothing is filtered there. Everything is asked for, and rows
  of other countries, networks and campaigns are dropped here (\`settings.filteredHere\`).
- Headers of summaries are documented nowhere. They are matched by name; a file without a column that is needed is
  UPSTREAM_INVALID_RESPONSE and names the columns it has. \`KOCHAVA_SUMMARY_COLUMNS\` says what others mean.
- \`adjust.*\` options that restrict what is counted, filters by system, device and event, and cohorts are UNSUPPORTED.

## Why the two differ

| | Adjust | Kochava |
| --- | --- | --- |
| attribution window | as set for the app and each tracker in Adjust’s dashboard | as set for the app and each tracker in Kochava’s; not told in its reports |
| view-through | apart: \`attributionType\` CLICK unless told, IMPRESSION, ALL | clicks and impressions together; \`installs_matched_to_impressions\` tells one part |
| installs without a source | in the network \`Organic\` | as its summaries hold them; its document does not tell |
| a user who comes back | reattribution, after the inactivity period | reengagement |
| day of an install | of the first open | as the report dates it |
| day of a click, an impression | when it happened | as the report dates it |
| day of an event | when it happened, under the source by \`attributionSource\` | as the report dates it; under which source, its document does not tell |
| money | in the app’s reporting currency | in a currency that its summaries don’t tell |
| names of networks | the tenant’s aliases for ADJUST | the tenant’s aliases for KOCHAVA |

## Attribution

These are Adjust’s.

| option | default | meaning |
| --- | --- | --- |
| \`attributionType\` | CLICK | what the touch was: CLICK, IMPRESSION (view-through), ALL |
| \`attributionSource\` | DYNAMIC | DYNAMIC: a user’s doings count for the source of the last (re)attribution; FIRST: for that of the install |
| \`reattributed\` | ALL | INSTALLED: users still counted for their install; REATTRIBUTED: those who have returned through another source |
| \`sandbox\` | false | true: what test devices sent |

\`sources.settings\` tells what was sent, defaults included: two numbers that differ are often two settings.

## Restated days, and how old an answer may be

Vendors restate days that are past: late events, reattributions, fraud that was found, spend that networks correct.
While days of an answer are being restated it is read anew after a short time, and \`warnings\` says from which day on:
counts for some days, cost for more, a cohort until its oldest period is over. Older answers are kept for longer; \`sources\` (REST: \`Cache-Status\`) says FRESH, CACHED or STALE, and \`fetchedAt\` when the vendor said so. An \`ETag\` is of the rows and of what failed or is stale, not of \`fetchedAt\`, reports, warnings and the names of apps in \`sources\`: 304 says that the numbers are the same. Scope
\`cache:bypass\` and \`Cache-Control: no-cache\` ask anew; a report of Kochava’s that is under way is joined even then.

Days that have not begun at the offset asked for are asked of the vendor like any other, and \`warnings\` names them; where
\`from\` itself lies ahead, the question is BAD_USER_INPUT.

${table(
  ['variable', 'unless set', 'for'],
  RESTATED.map((name) => [`\`${name}\``, lives[name], LIVES[name]]),
)}
## Adjust’s own metrics, as vendorMetrics

\`{ vendor: ADJUST, name: "daus" }\`; at REST \`vendor_metrics=adjust:daus\`. An overview also takes KPIs of single events:
the event’s token (or \`all\`), an underscore, and one or more of ${[...ADJUST_EVENT_KPIS].map((name) => `\`${name}\``).join(', ')}
with \`|\` between them. \`abc123_revenue|events\` is two columns; \`all_events\` is one for each event that the app has.

${table(['name', 'for', 'unit', 'adds up', 'meaning'], own)}
## Kochava’s own counters, as vendorMetrics

\`{ vendor: KOCHAVA, name: "duplicate_clicks" }\`; at REST \`vendor_metrics=kochava:duplicate_clicks\`. All of them add up.

${table(['name', 'traffic', 'unit', 'meaning'], ownKochava)}`;
}

const LIVES = {
  KPI_COUNTS_RESTATED_DAYS: 'days after a day in which vendors restate its counts',
  KPI_COST_RESTATED_DAYS: 'days after a day in which vendors restate its cost',
  KPI_CACHE_RECENT_SECONDS: 'seconds that an answer is served again while its days are not over, or are being restated',
  KPI_CACHE_PAST_SECONDS: 'seconds for days that are over, and no longer restated',
  KPI_CACHE_STALE_SECONDS:
    'seconds past those in which an old answer stands in, marked STALE, for a vendor that is down',
  KPI_CACHE_ENTRIES: 'answers kept in process; large ones are not kept',
};

// Pages of docs/ that say what the code says; written by `npm run contract`, from dist/.
const MADE = '<!-- Made by `npm run contract` from the code. Do not edit. -->\n';
const gateway = (path) => import(`../dist/apps/gateway/src/${path}`);

/** docs/errors.md: what the gateway's own pages at /errors/{code} say. */
export async function errorPages() {
  const { ERROR_HELP } = await gateway('operations/error-help.js');
  const { statusOf, titleOf } = await gateway('edge/problem.js');
  const { GatewayError } = await import('../dist/libs/domain/src/index.js');
  const parts = Object.entries(ERROR_HELP).map(([code, { means, todo }]) => {
    const status = statusOf(new GatewayError(code, ''));
    return `## ${code}\n\n${titleOf(code)}. HTTP ${status}.\n\n${means}\n\n${todo.map((line) => `- ${line}\n`).join('')}`;
  });
  return `${MADE}# Errors

One vocabulary at both doors: \`code\` of a REST problem (RFC 9457), \`extensions.code\` of a GraphQL error. A problem’s
\`type\` leads to the same text, at \`/errors/{code}\`.

${parts.join('\n')}`;
}

const table = (heads, rows) =>
  [heads, heads.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |\n`).join('');

/** docs/metrics.md: which vendor has which metric, and for which questions. */
export async function metricsPage() {
  const { KpiMetric, RATIOS } = await gateway('kpis/kpi-words.js');
  const { ADJUST_KPIS } = await import('../dist/libs/adjust-kpi/src/index.js');
  const endpointsOf = (names) =>
    ['overview', 'events', 'cohorts'].filter((endpoint) =>
      names.every((name) => ADJUST_KPIS.get(name)?.endpoints.includes(endpoint)),
    );
  const unified = Object.keys(KpiMetric).map((metric) => {
    const ratio = RATIOS[metric];
    const names = (ratio ? [ratio.over, ratio.under] : [metric]).map((name) => name.toLowerCase());
    return [`\`${metric}\``, names.map((name) => `\`${name}\``).join(' / '), endpointsOf(names).join(', ')];
  });
  const own = [...ADJUST_KPIS.values()].map(({ name, endpoints, unit, additive, filledNoMore, description }) => [
    `\`${name}\``,
    endpoints.join(', '),
    unit,
    additive ? 'yes' : 'no',
    `${description}${filledNoMore ? ' No longer filled by this service.' : ''}`,
  ]);
  return `${MADE}# Metrics

A question is an *overview*; with EVENT in \`groupBy\`, or a filter by events, it is about *events*; with \`cohort\` it is
about *cohorts*. A metric that a vendor lacks for a question is an error, or stands in its source’s \`unsupported\`. A ratio
is worked out from sums, so that it holds over any grouping; where its divisor is 0 it is null.

## The unified model

${table(['metric', 'Adjust KPI Service', 'for'], unified)}
## Adjust’s own, as vendorMetrics

At REST \`vendor_metrics=adjust:daus\`. What does not add up is not summed over a dimension that you did not group by: the
gateway says so (UNSUPPORTED) rather than guess. An overview also takes event KPIs: \`TOKEN_events\`,
\`all_events|revenue\`.

${table(['name', 'for', 'unit', 'adds up', ''], own)}`;
}

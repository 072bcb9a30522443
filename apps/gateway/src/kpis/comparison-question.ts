import { GatewayError, badInput } from '#libs/domain';
import { deepFreeze } from '../edge/recent.js';
import type { KpiComparisonDimension, KpiComparisonInput } from './comparison.input.js';
import { type KpiQuestion, questionOf } from './kpi-question.js';
import { type KpiMetric, MONEY, RATIOS } from './kpi-words.js';

/** What is compared, and what both vendors are asked for it. */
export interface ComparisonQuestion {
  /** Its metrics are those that add up: ratios are made of them after both sides' rows have been. */
  readonly asked: KpiQuestion;
  readonly metrics: readonly KpiMetric[];
  readonly groupBy: readonly KpiComparisonDimension[];
  readonly tolerancePercent: number;
}

/** BAD_USER_INPUT names everything that is wrong between the fields; each by itself has been validated already. */
export function comparisonOf(input: KpiComparisonInput): ComparisonQuestion {
  let question = Object.isFrozen(input) ? questions.get(input) : undefined;
  if (!question) questions.set(input, (question = deepFreeze(makeComparison(input))));
  return question;
}

/** Inputs that came before are the same objects, and ask the same. */
const questions = new WeakMap<KpiComparisonInput, ComparisonQuestion>();

function makeComparison(input: KpiComparisonInput): ComparisonQuestion {
  const { from, to, metrics, groupBy, filter, utcOffset, waitSeconds, tolerancePercent } = input;
  const asked = questionOf({
    from,
    to,
    metrics: [...new Set(metrics.flatMap(partsOf))],
    vendorMetrics: [],
    groupBy,
    filter,
    vendors: ['ADJUST', 'KOCHAVA'],
    utcOffset,
    waitSeconds,
    onFailedSource: 'PARTIAL',
  });
  return { asked, metrics, groupBy, tolerancePercent };
}

/** The metrics that one is made of: itself, where it adds up. */
function partsOf(metric: KpiMetric): KpiMetric[] {
  const ratio = RATIOS[metric];
  return ratio ? [ratio.over, ratio.under] : [metric];
}

/** Has its value a meaning in one currency only? An amount, and a ratio with an amount in it. */
export const isOfCurrency = (metric: KpiMetric): boolean =>
  [metric, ...partsOf(metric)].some((part) => MONEY.has(part));

/** The same error, with a part of a ratio told as the metric that was asked for. */
export function inWordsOf({ asked, metrics }: ComparisonQuestion, error: unknown): unknown {
  if (!(error instanceof GatewayError) || error.code !== 'BAD_USER_INPUT' || !error.details.errors) return error;
  return badInput(
    error.details.errors.map(({ pointer, detail }) => {
      const part = asked.metrics[Number(/^\/metrics\/(\d+)$/.exec(pointer)?.[1])];
      const index = part ? metrics.findIndex((metric) => partsOf(metric).includes(part)) : -1;
      return { pointer: index < 0 ? pointer : `/metrics/${index}`, detail };
    }),
  );
}

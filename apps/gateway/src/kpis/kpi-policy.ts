import { type FieldError, GatewayError, badInput } from '#libs/domain';
import { gatherProblems } from '../edge/input.js';
import type { KpiAnswer } from './kpi-answer.js';
import type { KpiQuestion } from './kpi-question.js';
import type { KpiSourceService, PreparedSource, SourceReport, SourceRequest } from './kpi-source.js';
import type { FailedSourcePolicy } from './kpi-words.js';

/** The sources that `question` is for: those of the vendors that it names, else every one that has a metric to tell. */
export function chosen(sources: readonly KpiSourceService[], question: KpiQuestion): KpiSourceService[] {
  const { vendors, metrics, vendorMetrics } = question;
  if (vendors) return sources.filter(({ vendor }) => vendors.includes(vendor));
  return sources.filter(({ vendor }) => metrics.length > 0 || vendorMetrics.some((metric) => metric.vendor === vendor));
}

/** What a question comes to at each source, before any of them is asked. BAD_USER_INPUT names what is wrong at any. */
export function prepared(
  sources: readonly KpiSourceService[],
  request: SourceRequest,
): readonly PreparedSource[] | Promise<readonly PreparedSource[]> {
  const problems: FieldError[] = [];
  const begun: (PreparedSource | Promise<PreparedSource> | undefined)[] = [];
  try {
    for (const source of sources) begun.push(gatherProblems(problems, () => source.prepare(request)));
  } catch (error) {
    // Nobody hears of the others any more, and one that fails unheard would end the process.
    for (const part of begun) if (part instanceof Promise) part.catch(() => undefined);
    throw error;
  }
  if (begun.some((part) => part instanceof Promise)) return preparedLater(begun, problems);
  if (problems.length > 0) throw badInput(problems);
  return begun as PreparedSource[];
}

async function preparedLater(
  begun: readonly (PreparedSource | Promise<PreparedSource> | undefined)[],
  problems: FieldError[],
): Promise<readonly PreparedSource[]> {
  const parts = (await Promise.allSettled(begun)).map((one) =>
    gatherProblems(problems, () => {
      if (one.status === 'rejected') throw one.reason;
      return one.value;
    }),
  );
  if (problems.length > 0) throw badInput(problems);
  return parts as PreparedSource[];
}

/**
 * Without the sources that nobody asked for by name and that know none of the apps: a tenant who works with one vendor
 * hears nothing of the other.
 */
export function asked({ vendors }: KpiQuestion, parts: readonly PreparedSource[]): readonly PreparedSource[] {
  const known = vendors ? [] : parts.filter(({ report }) => report.apps.length > 0);
  return known.length > 0 ? known : parts;
}

/**
 * What a vendor can not answer is told in its source, and an error where it was asked for by name or no vendor is left.
 * Under ERROR one failed source fails the answer.
 */
export function failIfAsked(
  reports: readonly Readonly<SourceReport>[],
  { vendors }: KpiQuestion,
  policy: FailedSourcePolicy,
): void {
  const failed = reports.filter(({ error }) => error);
  const nobodyLeft = failed.length === reports.length && failed.every(({ status }) => status === 'UNSUPPORTED');
  if (policy === 'PARTIAL' && !nobodyLeft) return;
  const serious = failed.find(({ status }) => status !== 'UNSUPPORTED');
  const refused = vendors || nobodyLeft ? failed[0] : undefined;
  const error = (serious ?? refused)?.error;
  if (error) throw error;
}

/** UNAVAILABLE with the time to come back: where nothing tells of a source that is not there yet, its rows must not lack. */
export function failIfPending(reports: readonly SourceReport[]): void {
  const pending = reports.find(({ status }) => status === 'PENDING');
  if (!pending) return;
  throw new GatewayError(
    'UNAVAILABLE',
    `The numbers of ${pending.vendor} are being made. Ask the same again: they will be joined, not made anew.`,
    { vendor: pending.vendor, retryAfterSeconds: PENDING_RETRY_SECONDS },
  );
}

const PENDING_RETRY_SECONDS = 5;

export function settle(answer: KpiAnswer, policy: FailedSourcePolicy): KpiAnswer {
  failIfAsked(answer.reports, answer.question, policy);
  return answer;
}

import { GatewayError } from '#libs/domain';
import { toGatewayError } from '../edge/gateway-failure.js';
import type { SourceReport } from './kpi-source.js';

/** The source can't answer this; nothing was asked of it. */
export function refuseSource(report: SourceReport, message: string): void {
  report.status = 'UNSUPPORTED';
  report.error = new GatewayError('UNSUPPORTED', message, { vendor: report.vendor });
}

/** The source failed; what is wrong with the question itself is thrown on. */
export function failSource(report: SourceReport, thrown: unknown): void {
  const error = toGatewayError(thrown);
  if (error.code === 'BAD_USER_INPUT' || error.code === 'INTERNAL') throw error;
  report.status = error.code === 'UNSUPPORTED' ? 'UNSUPPORTED' : 'FAILED';
  report.error = error;
  // There are no numbers that it could be the age of.
  report.fetchedAt = null;
}

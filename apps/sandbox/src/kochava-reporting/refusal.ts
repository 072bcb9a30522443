/** A request that the Reporting API refuses: HTTP 200 all the same, `{"status":"Error","error":...}`. */
export class ReportingRefusal extends Error {}

export const missing = (parameter: string): ReportingRefusal =>
  new ReportingRefusal(`Error request parameters ${parameter} missing.`);
export const invalid = (parameter: string): ReportingRefusal =>
  new ReportingRefusal(`Error request parameters ${parameter} invalid.`);

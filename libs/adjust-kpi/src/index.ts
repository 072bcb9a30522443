export * from './client.js';
export { ADJUST_EVENT_KPIS, ADJUST_KPIS, parseEventKpi } from './kpis.js';
export type { AdjustEventKpi, AdjustKpi, AdjustKpiUnit } from './kpis.js';
export { InvalidAdjustQuery, fullGrouping, queryProblems } from './query.js';
export type { AdjustQueryProblem } from './query.js';
export { ADJUST_DEVICE_TYPES, ADJUST_OS_NAMES } from './query-values.js';
export * from './types.js';

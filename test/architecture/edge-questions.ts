/**
 * One document for each edge that really leads over it. A new edge without one fails scopes.spec.ts. Answered to a key
 * with every scope, the edge is not null; to a key that lacks the target's scope, it is FORBIDDEN.
 */
const KPIS = '{ from: "2026-01-01", to: "2026-01-02", metrics: [INSTALLS], groupBy: [APP] }';
const OF_APP = '{ from: "2026-01-01", to: "2026-01-02", metrics: [INSTALLS] }';

export const EDGE_QUESTIONS: Readonly<Record<string, string>> = {
  'App.kpis': `{ apps { nodes { kpis(input: ${OF_APP}) { rowCount } } } }`,
  'KpiRow.app': `{ kpis(input: ${KPIS}) { rows { app { name } } } }`,
  'KpiSource.apps': `{ kpis(input: ${KPIS}) { sources { apps { name } } } }`,
  'AuditEvent.app': '{ auditEvents(filter: { actions: ["app.read"] }) { nodes { app { name } } } }',
};

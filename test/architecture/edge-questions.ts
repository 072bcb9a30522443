/** Ids of things that are there when the questions are asked; the app has a report, and a schedule with one. */
export interface Known {
  appId: string;
  /** Of that app. */
  postbackId: string;
}

const KPIS = '{ from: "2026-01-01", to: "2026-01-02", metrics: [INSTALLS], groupBy: [APP] }';
const OF_APP = '{ from: "2026-01-01", to: "2026-01-02", metrics: [INSTALLS] }';

const ofApp =
  (selection: (known: Known) => string) =>
  (known: Known): string =>
    `{ app(id: "${known.appId}") { ${selection(known)} } }`;

/**
 * One document for each edge that really leads over it. A new edge without one fails scopes.spec.ts. Answered to a key
 * with every scope, the edge is not null; to a key that lacks the target's scope, it is FORBIDDEN.
 */
export const EDGE_QUESTIONS: Readonly<Record<string, (known: Known) => string>> = {
  'App.kpis': () => `{ apps { nodes { kpis(input: ${OF_APP}) { rowCount } } } }`,
  'App.postbacks': ofApp(() => 'postbacks { title }'),
  'App.postback': ofApp(({ postbackId }) => `postback(id: "${postbackId}") { title }`),
  'App.postbackTemplates': ofApp(() => 'postbackTemplates { name }'),
  'App.incompletePostbacks': ofApp(() => 'incompletePostbacks { name }'),
  // Whoever reads an app's postbacks came by the app: a write leads to one also without the scope for apps.
  'Postback.app': ({ appId, postbackId }) => `mutation {
    updatePostback(appId: "${appId}", id: "${postbackId}", input: { title: "The same" }) { postback { app { name } } } }`,
  'App.reports': ofApp(() => 'reports { nodes { status } }'),
  'Report.app': () => '{ reports { nodes { app { name } } } }',
  'AppGroupApp.app': () => '{ appGroups(first: 1) { nodes { apps { app { name } } } } }',
  'App.schedules': ofApp(() => 'schedules { nodes { frequency } }'),
  'Schedule.app': () => '{ schedules { nodes { app { name } } } }',
  'Schedule.reports': () => '{ schedules { nodes { reports { nodes { id } pageInfo { hasNextPage } } } } }',
  'Schedule.lastReport': () => '{ schedules { nodes { lastReport { id } } } }',
  'Report.schedule': () => '{ reports { nodes { schedule { id } } } }',
  'KpiRow.app': () => `{ kpis(input: ${KPIS}) { rows { app { name } } } }`,
  'KpiComparisonRow.app': () => `{ kpiComparison(input: ${KPIS}) { rows { app { name } } } }`,
  'KpiSource.apps': () => `{ kpis(input: ${KPIS}) { sources { apps { name } } } }`,
  'KpiSource.reports': () => `{ kpis(input: ${KPIS}) { sources { reports { id } } } }`,
  'AuditEvent.app': () => '{ auditEvents(filter: { actions: ["app.read"] }) { nodes { app { name } } } }',
};

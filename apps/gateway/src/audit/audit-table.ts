import type { AuditEvent } from '#libs/audit';
import { type Cell, linesOf } from '../edge/table-lines.js';
import type { Table } from '../edge/tabular.js';

const json = (value: unknown): Cell => (value === null || value === undefined ? null : JSON.stringify(value));

const CELLS: Readonly<Record<string, (event: AuditEvent) => Cell>> = {
  id: (event) => event.id,
  at: (event) => event.at.toISOString(),
  key_id: (event) => event.keyId,
  key_name: (event) => event.keyName,
  edge: (event) => event.edge,
  action: (event) => event.action,
  app_id: (event) => event.appId,
  resource: (event) => event.resource,
  vendor: (event) => event.vendor,
  outcome: (event) => event.outcome,
  code: (event) => event.code,
  upstream_status: (event) => event.upstreamStatus,
  duration_ms: (event) => event.durationMs,
  request_id: (event) => event.requestId,
  request: (event) => json(event.request),
  before: (event) => json(event.before),
  after: (event) => json(event.after),
};

/** Events as rows; what was asked, before and after as texts of JSON. */
export function auditTable(batches: AsyncIterable<AuditEvent[]> | AuditEvent[][]): Table {
  const cells = Object.values(CELLS);
  return {
    columns: Object.keys(CELLS).map((name) => ({ name })),
    lines: linesOf(
      (async function* () {
        for await (const batch of batches) yield batch.map((event) => cells.map((cell) => cell(event)));
      })(),
    ),
  };
}

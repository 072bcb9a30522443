import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type TenantContext, badInput } from '#libs/domain';
import { type TableFormat, type TableOptions, formatOf, sendTable, sendWithETag } from '../edge/tabular.js';
import { KpiQueryInput } from './kpi.input.js';
import type { KpiAnswer } from './kpi-answer.js';
import { FORM_PARAMS, type RawQuery, kpiInputOf, renamed } from './kpi-params.js';
import { KpisService } from './kpis.service.js';
import type { SourceReport } from './kpi-source.js';

/** `/v1/kpis` in its three forms. */
@Injectable()
export class KpiReplies {
  constructor(private readonly kpis: KpisService) {}

  async get(tenant: TenantContext, query: RawQuery, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const format = formatOf(request, one(query, 'format'));
    const input = kpiInputOf(query);
    // Half an answer must not look whole: where nothing tells of a failed source, it is an error.
    if (format !== 'json' && query['on_failed_source'] === undefined) input.onFailedSource = 'ERROR';
    try {
      await this.answer(tenant, input, format, query, reply);
    } catch (error) {
      throw renamed(error);
    }
  }

  async post(
    tenant: TenantContext,
    input: KpiQueryInput,
    form: RawQuery,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const strangers = Object.keys(form).filter((name) => !Object.hasOwn(FORM_PARAMS, name));
    if (strangers.length > 0)
      throw badInput(strangers.map((name) => ({ pointer: `/${name}`, detail: 'is not a parameter here' })));
    const format = formatOf(request, one(form, 'format'));
    const asked = (request.body as { onFailedSource?: unknown }).onFailedSource !== undefined;
    if (format !== 'json' && !asked) input.onFailedSource = 'ERROR';
    await this.answer(tenant, input, format, form, reply);
  }

  private async answer(
    tenant: TenantContext,
    input: KpiQueryInput,
    format: TableFormat,
    form: RawQuery,
    reply: FastifyReply,
  ): Promise<void> {
    const options = optionsOf(form);
    reply.header('Cache-Control', 'private, no-cache');
    reply.header('Vary', 'Authorization, X-API-Key, Accept');
    if (format === 'json') {
      const answer = await this.kpis.find(tenant, input);
      reply.header('Cache-Status', cacheStatus(answer.reports));
      await sendJson(reply, answer, flag(form, 'totals'));
      return;
    }
    const stream = await this.kpis.stream(tenant, input);
    reply.header('Cache-Status', cacheStatus(stream.reports));
    await sendTable(reply, { columns: stream.layout.columns, batches: stream.batches }, format, options);
  }
}

async function sendJson(reply: FastifyReply, answer: KpiAnswer, withTotals: boolean): Promise<void> {
  const [totals, sources] = await Promise.all([
    withTotals ? answer.totalsAnswer() : undefined,
    Promise.all(answer.sources.map((source) => source.toRest())),
  ]);
  // Written by hand, because a row of many columns is made an object only to be taken apart again.
  const rows = flatRows(answer);
  const totalRows = totals ? `,"totals":${flatRows(totals)}` : '';
  const body = `{"rows":${rows}${totalRows},"sources":${JSON.stringify(sources)},"rowCount":${answer.rowCount}}`;
  reply.type('application/json; charset=utf-8');
  // The time of fetching is no part of what the answer says.
  sendWithETag(reply, body, rows + totalRows);
}

function flatRows({ cells, layout }: KpiAnswer): string {
  const keys = layout.columns.map(({ name }, index) => `${index === 0 ? '{' : ','}${JSON.stringify(name)}:`);
  let text = '[';
  for (let row = 0; row < cells.length; row++) {
    const values = cells[row]!;
    if (row > 0) text += ',';
    for (let index = 0; index < keys.length; index++) {
      const value = values[index];
      text += keys[index] + (typeof value === 'string' ? JSON.stringify(value) : String(value ?? null));
    }
    text += '}';
  }
  return `${text}]`;
}

/** RFC 9211, a member for each source. */
function cacheStatus(reports: readonly SourceReport[]): string {
  return reports
    .map(({ service, status }) => {
      const name = service.toLowerCase().replaceAll('_', '-');
      if (status === 'CACHED') return `${name}; hit`;
      return status === 'STALE' ? `${name}; hit; detail=stale` : `${name}; fwd=miss`;
    })
    .join(', ');
}

const one = (query: RawQuery, name: string): string | undefined => {
  const value = query[name];
  return Array.isArray(value) ? value[0] : value || undefined;
};

function flag(query: RawQuery, name: string): boolean {
  const value = one(query, name)?.toLowerCase();
  if (value !== undefined && value !== 'true' && value !== 'false')
    throw badInput([{ pointer: `/${name}`, detail: 'must be true or false' }]);
  return value === 'true';
}

function optionsOf(form: RawQuery): TableOptions {
  return { bom: flag(form, 'bom'), humanReadable: flag(form, 'human_readable'), raw: flag(form, 'raw') };
}

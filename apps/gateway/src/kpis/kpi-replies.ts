import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type FieldError, type TenantContext, badInput } from '#libs/domain';
import { AS_THEY_ARE, LineForm } from '../edge/table-lines.js';
import { Recent } from '../edge/recent.js';
import { sendTable, sendTagged, tagOf } from '../edge/tabular.js';
import type { RepeatedAnswer } from '../repeats/repeat.js';
import { KpiQueryInput } from './kpi.input.js';
import type { KpiAnswer } from './kpi-answer.js';
import { FORM_PARAMS, type KpiForm, readForm } from './kpi-form.js';
import { KPI_PARAMS, type Params, type RawQuery, kpiInputOf, renamed } from './kpi-params.js';
import { KpisService } from './kpis.service.js';
import type { SourceReport } from './kpi-source.js';
import { RestSources } from './rest-sources.js';
import type { KpiService } from './kpi-words.js';
import { linesOfRows, MOST_ROWS_REMEMBERED, type RowSource } from './row-source.js';

/** `/v1/kpis` in its three forms. */
@Injectable()
export class KpiReplies {
  /** URLs that were understood: BI tools ask the same ones all day. */
  private readonly asked = new Recent<{ form: KpiForm; input: KpiQueryInput }>();

  constructor(
    private readonly kpis: KpisService,
    private readonly sources: RestSources,
  ) {}

  async get(tenant: TenantContext, query: RawQuery, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { form, input } = this.asked.get(`${request.headers.accept ?? ''} ${request.url}`, () => {
      const problems: FieldError[] = [];
      const form = readForm(query, request, problems);
      return { form, input: kpiInputOf(query, problems) };
    });
    try {
      await this.answer(tenant, input, form, Boolean(query['on_failed_source']), reply, KPI_PARAMS);
    } catch (error) {
      throw renamed(error);
    }
    if (form.format !== 'json') return;
    request.repeat = async (caller): Promise<RepeatedAnswer> => {
      try {
        const { body, tag, cacheStatus } = await this.json(caller, input, form, KPI_PARAMS);
        return { body, head: ['etag', tag, 'cache-status', cacheStatus] };
      } catch (error) {
        throw renamed(error);
      }
    };
  }

  async post(
    tenant: TenantContext,
    input: KpiQueryInput,
    query: RawQuery,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<void> {
    const problems = Object.keys(query)
      .filter((name) => !Object.hasOwn(FORM_PARAMS, name))
      .map((name): FieldError => ({ pointer: `/${name}`, detail: 'is not a parameter here' }));
    const form = readForm(query, request, problems);
    if (problems.length > 0) throw badInput(problems);
    const asked = (request.body as { onFailedSource?: unknown }).onFailedSource !== undefined;
    await this.answer(tenant, input, form, asked, reply);
  }

  private async answer(
    tenant: TenantContext,
    input: KpiQueryInput,
    form: KpiForm,
    policyAsked: boolean,
    reply: FastifyReply,
    params?: Params,
  ): Promise<void> {
    reply.header('Cache-Control', 'private, no-cache');
    reply.header('Vary', 'Authorization, X-API-Key, Accept');
    if (form.format === 'json') {
      const { body, tag, cacheStatus } = await this.json(tenant, input, form, params);
      reply.header('Cache-Status', cacheStatus);
      reply.type('application/json; charset=utf-8');
      sendTagged(reply, body, tag);
      return;
    }
    // Half an answer must not look whole: where nothing tells of a failed source, it is an error.
    const stream = await this.kpis.stream(tenant, input, policyAsked ? input.onFailedSource : 'ERROR');
    reply.header('Cache-Status', cacheStatus(stream.reports));
    await sendTable(reply, { columns: stream.layout.columns, lines: stream.lines }, form.format, form);
  }

  private async json(tenant: TenantContext, input: KpiQueryInput, form: KpiForm, params?: Params): Promise<JsonAnswer> {
    const answer = await this.kpis.find(tenant, input);
    const told = this.sources.textOf(tenant, answer.sources, params);
    return writeJson(answer, told instanceof Promise ? await told : told, form.totals);
  }
}

interface JsonAnswer {
  body: string;
  tag: string;
  cacheStatus: string;
}

async function writeJson(answer: KpiAnswer, sources: string, withTotals: boolean): Promise<JsonAnswer> {
  // Where every source has failed, and says so, its totals would only fail again.
  const isEmpty = answer.reports.every(({ error }) => error);
  const totals = withTotals && !isEmpty ? await answer.totalsAnswer() : undefined;
  // Written by hand, because a row of many columns is made an object only to be taken apart again.
  const rows = flatRows(answer);
  const totalRows = withTotals ? `,"totals":${totals ? flatRows(totals) : '[]'}` : '';
  const body = `{"rows":${rows}${totalRows},"sources":${sources},"rowCount":${answer.rowCount}}`;
  const { reports } = answer;
  const said = totalRows + saidOf(reports);
  return { body, tag: tagOfRows(answer.rowSource, rows, said), cacheStatus: cacheStatus(reports) };
}

/** `rows`: those of `source`, as text; `said`: what else the tag is of. */
function tagOfRows(source: RowSource, rows: string, said: string): string {
  const known = tags.get(source);
  if (known?.said === said) return known.tag;
  const tag = tagOf(rows + said);
  tags.set(source, { said, tag });
  return tag;
}

const tags = new WeakMap<RowSource, { readonly said: string; readonly tag: string }>();

/** What failed or is stale is part of what an answer says; when it was fetched, and that it was kept, is not. */
export const saidOf = (reports: readonly SourceReport[]): string =>
  JSON.stringify(reports.map(({ status, error }) => [status === 'CACHED' ? 'FRESH' : status, error?.code]));

/** Rows as flat objects, in a list. */
function flatRows({ rowSource, layout }: KpiAnswer): string {
  if (rowSource.count === 0) return '[]';
  let text = texts.get(rowSource);
  if (text === undefined) {
    const lines = linesOfRows(rowSource, new LineForm('list', layout.columns, AS_THEY_ARE));
    text = `[${lines.slice(0, -1)}]`;
    if (rowSource.count <= MOST_ROWS_REMEMBERED) texts.set(rowSource, text);
  }
  return text;
}

const texts = new WeakMap<RowSource, string>();

const CACHE_NAMES: Record<KpiService, string> = {
  ADJUST_KPI_SERVICE: 'adjust-kpi-service',
  ADJUST_REPORT_SERVICE: 'adjust-report-service',
  KOCHAVA_SUMMARY: 'kochava-summary',
};

/** RFC 9211, a member for each source. */
export function cacheStatus(reports: readonly SourceReport[]): string {
  return reports
    .map(({ service, status }) => {
      const name = CACHE_NAMES[service];
      if (status === 'CACHED') return `${name}; hit`;
      return status === 'STALE' ? `${name}; hit; detail=stale` : `${name}; fwd=miss`;
    })
    .join(', ');
}

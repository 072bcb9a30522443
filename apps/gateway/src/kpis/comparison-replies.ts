import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { FieldError, TenantContext } from '#libs/domain';
import { AS_THEY_ARE, LineForm, linesOf } from '../edge/table-lines.js';
import { Recent } from '../edge/recent.js';
import { sendTable, sendWithETag } from '../edge/tabular.js';
import type { ComparisonParams } from './comparison.input.js';
import { ComparisonService } from './comparison.service.js';
import type { ComparisonAnswer } from './comparison-answer.js';
import type { ComparisonCells, ComparisonLayout } from './comparison-layout.js';
import { COMPARISON_DOOR } from './comparison-params.js';
import { type KpiForm, readForm } from './kpi-form.js';
import { inputOf, type RawQuery, renamed } from './kpi-params.js';
import { cacheStatus, saidOf } from './kpi-replies.js';
import { RestSources } from './rest-sources.js';

/** `/v1/kpis/comparison` in its three forms. */
@Injectable()
export class ComparisonReplies {
  private readonly asked = new Recent<{ form: KpiForm; input: ComparisonParams }>();

  constructor(
    private readonly service: ComparisonService,
    private readonly sources: RestSources,
  ) {}

  async get(tenant: TenantContext, query: RawQuery, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { form, input } = this.asked.get(`${request.headers.accept ?? ''} ${request.url}`, () => {
      const problems: FieldError[] = [];
      const form = readForm(query, request, problems);
      return { form, input: inputOf(COMPARISON_DOOR, query, problems) };
    });
    try {
      await this.answer(tenant, input, form, Boolean(query['on_failed_source']), reply);
    } catch (error) {
      throw renamed(error, COMPARISON_DOOR.params);
    }
  }

  private async answer(
    tenant: TenantContext,
    input: ComparisonParams,
    form: KpiForm,
    policyAsked: boolean,
    reply: FastifyReply,
  ): Promise<void> {
    reply.header('Cache-Control', 'private, no-cache');
    reply.header('Vary', 'Authorization, X-API-Key, Accept');
    if (form.format === 'json') {
      const answer = await this.service.find(tenant, input, input.onFailedSource, Infinity);
      reply.header('Cache-Status', cacheStatus(answer.parts.reports));
      sendJson(reply, answer, await this.sources.of(tenant, answer.sources, COMPARISON_DOOR.params));
      return;
    }
    // Half a comparison must not look whole: where nothing tells of a failed source, it is an error.
    const stream = await this.service.stream(tenant, input, policyAsked ? input.onFailedSource : 'ERROR');
    reply.header('Cache-Status', cacheStatus(stream.reports));
    const { columns } = stream.layout;
    await sendTable(reply, { columns, lines: linesOf(stream.batches()) }, form.format, form);
  }
}

function sendJson(reply: FastifyReply, answer: ComparisonAnswer, sources: readonly object[]): void {
  const { layout, totalsLayout, totals, reports } = answer.parts;
  const rows = flatRows(answer.cells, layout);
  const totalRows = flatRows(totals, totalsLayout);
  reply.type('application/json; charset=utf-8');
  sendWithETag(
    reply,
    `{"rows":${rows},"totals":${totalRows},"sources":${JSON.stringify(sources)},"rowCount":${answer.rowCount}}`,
    rows + totalRows + saidOf(reports),
  );
}

/** Rows as flat objects: the lines of NDJSON, in a list. */
function flatRows(rows: readonly ComparisonCells[], { columns }: ComparisonLayout): string {
  const form = new LineForm('ndjson', columns, AS_THEY_ARE);
  return `[${rows.map((cells) => form.line(cells).trimEnd()).join(',')}]`;
}

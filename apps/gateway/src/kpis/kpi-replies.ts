import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Awaitable, type FieldError, type TenantContext, badInput, isoTime, whenThere } from '#libs/domain';
import { AS_THEY_ARE, LineForm } from '../edge/table-lines.js';
import { Recent } from '../edge/recent.js';
import { MEDIA, sendTable, sendTagged, tagOf } from '../edge/tabular.js';
import { mayStand, type Repeat, type RepeatedAnswer } from '../repeats/repeat.js';
import { KpiQueryInput } from './kpi.input.js';
import type { KpiAnswer } from './kpi-answer.js';
import { FORM_PARAMS, type KpiForm, readForm } from './kpi-form.js';
import { KPI_PARAMS, type Params, type RawQuery, kpiInputOf, renamed } from './kpi-params.js';
import { KpisService } from './kpis.service.js';
import type { SourceReport } from './kpi-source.js';
import { RestSources } from './rest-sources.js';
import type { KpiService } from './kpi-words.js';
import { keptTexts, type Written } from './kept-texts.js';
import { linesOfRows, type RowSource } from './row-source.js';
import type { StandingQuestion } from './standing-question.js';

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
    const policyAsked = Boolean(query['on_failed_source']);
    await inUrlWords(() => this.answer(tenant, input, form, policyAsked, reply, KPI_PARAMS));
    if (form.format === 'json') request.repeat = this.repeatOf(input, form);
  }

  /** Made here, since functions share all that any one beside them holds: in `get`, the request and its connection. */
  private repeatOf(input: KpiQueryInput, form: KpiForm): Repeat {
    let last: LastJson | undefined;
    return (caller) => {
      const before = last;
      const written = (answer: KpiAnswer | Date): Awaitable<RepeatedAnswer> => {
        if (answer instanceof Date) return before!.fetchedAt(answer);
        return whenThere(this.jsonOf(caller, answer, form, KPI_PARAMS), (made) => {
          const standing = form.totals ? undefined : this.kpis.standing(answer, input);
          last = standing && LastJson.of(standing, made, answer.reports[0]!.fetchedAt!);
          return repeatedOf(made);
        });
      };
      return inUrlWords(() => whenThere(this.kpis.findAgain(caller, input, before?.standing), written));
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
    const { columns } = stream.layout;
    if (!stream.rows) return sendTable(reply, { columns, lines: stream.lines }, form.format, form);
    const { text, tag } = tableOf(stream.rows, new LineForm(form.format, columns, form));
    reply.header('Content-Type', MEDIA[form.format]);
    sendTagged(reply, text, tag);
  }

  private json(tenant: TenantContext, input: KpiQueryInput, form: KpiForm, params?: Params): Awaitable<JsonAnswer> {
    return whenThere(this.kpis.find(tenant, input), (answer) => this.jsonOf(tenant, answer, form, params));
  }

  private jsonOf(tenant: TenantContext, answer: KpiAnswer, form: KpiForm, params?: Params): Awaitable<JsonAnswer> {
    return whenThere(this.sources.textOf(tenant, answer.sources, params), (sources) =>
      writeJson(answer, sources, form.totals),
    );
  }
}

interface JsonAnswer {
  body: string;
  tag: string;
  cacheStatus: string;
}

const repeatedOf = ({ body, tag, cacheStatus }: JsonAnswer): RepeatedAnswer => ({
  body,
  head: ['etag', tag, 'cache-status', cacheStatus],
});

/** An answer of one source that may come again, with another time at which it was fetched. */
class LastJson {
  /** Kept for a time that comes again, as a cached answer's does: texts that are young and held cost the collector most. */
  private made: string | undefined;

  private constructor(
    readonly standing: StandingQuestion,
    private readonly head: RepeatedAnswer['head'],
    private madeAt: number,
    private readonly before: string,
    private readonly behind: string,
  ) {}

  static of(standing: StandingQuestion, answer: JsonAnswer, fetchedAt: Date): LastJson | undefined {
    const { body, head } = repeatedOf(answer);
    const time = isoTime(fetchedAt.getTime());
    // The last, since rows, which stand before the sources, may hold any text.
    const at = body.lastIndexOf(time);
    if (at < 0 || !mayStand({ body, head })) return undefined;
    return new LastJson(standing, head, fetchedAt.getTime(), body.slice(0, at), body.slice(at + time.length));
  }

  fetchedAt(date: Date): RepeatedAnswer {
    const time = date.getTime();
    const isSame = time === this.madeAt;
    const body = (isSame && this.made) || this.before + isoTime(time) + this.behind;
    this.made = isSame ? body : undefined;
    this.madeAt = time;
    return { body, head: this.head };
  }
}

/** What `work` throws, in the words of the URL. */
function inUrlWords<T>(work: () => Awaitable<T>): Awaitable<T> {
  const again = (error: unknown): never => {
    throw renamed(error);
  };
  try {
    const done = work();
    return done instanceof Promise ? done.catch(again) : done;
  } catch (error) {
    return again(error);
  }
}

function writeJson(answer: KpiAnswer, sources: string, withTotals: boolean): Awaitable<JsonAnswer> {
  // Where every source has failed, and says so, its totals would only fail again.
  const isEmpty = answer.reports.every(({ error }) => error);
  if (!withTotals) return jsonOf(answer, sources, '');
  if (isEmpty) return jsonOf(answer, sources, ',"totals":[]');
  return answer.totalsAnswer().then((totals) => jsonOf(answer, sources, `,"totals":${String(flatRows(totals).text)}`));
}

/** Written by hand, because a row of many columns is made an object only to be taken apart again. */
function jsonOf(answer: KpiAnswer, sources: string, totals: string): JsonAnswer {
  const rows = flatRows(answer);
  const body = `{"rows":${String(rows.text)}${totals},"sources":${sources},"rowCount":${answer.rowCount}}`;
  const { reports } = answer;
  return { body, tag: tagOfRows(rows, totals + saidOf(reports)), cacheStatus: cacheStatus(reports) };
}

/** `said`: what the tag is of beside the rows. */
function tagOfRows(rows: Written, said = ''): string {
  if (rows.tag?.of !== said)
    rows.tag = { of: said, value: tagOf(said === '' ? rows.text : `${String(rows.text)}${said}`) };
  return rows.tag.value;
}

/** A whole table, and its ETag. */
function tableOf(rows: RowSource, form: LineForm): { text: string | Buffer; tag: string } {
  // As bytes: it is read for its tag, and to be sent.
  const written = keptTexts.of(rows, form.name, () => {
    const lines = linesOfRows(rows, form);
    return typeof lines === 'string' ? Buffer.from(form.head() + lines) : lines;
  });
  return { text: written.text, tag: tagOfRows(written) };
}

/** What failed or is stale is part of what an answer says; when it was fetched, and that it was kept, is not. */
export const saidOf = (reports: readonly SourceReport[]): string =>
  JSON.stringify(reports.map(({ status, error }) => [status === 'CACHED' ? 'FRESH' : status, error?.code]));

/** Rows as flat objects, in a list. */
function flatRows({ rowSource, layout }: KpiAnswer): Written {
  return keptTexts.of(rowSource, 'list', () => {
    const lines = String(linesOfRows(rowSource, new LineForm('list', layout.columns, AS_THEY_ARE)));
    return `[${lines.slice(0, -1)}]`;
  });
}

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

import { Injectable } from '@nestjs/common';
import { HttpAdapterHost, ModuleRef } from '@nestjs/core';
import type { FastifyInstance, FastifyRequest, RouteOptions } from 'fastify';
import { type Awaitable, type TenantContext, whenThere } from '#libs/domain';
import type { KpiQueryInput } from '../kpis/kpi.input.js';
import type { KpiAnswer } from '../kpis/kpi-answer.js';
import { KpisService } from '../kpis/kpis.service.js';
import type { StandingQuestion } from '../kpis/standing-question.js';
import { CompiledQueries } from './compiled-queries.js';
import type { CompiledQuery } from './compiled-query.js';
import type { GraphqlContext } from './graphql-context.js';
import { GraphqlErrors } from './graphql-errors.js';
import { mayStand, type Repeat, type RepeatedAnswer } from '../repeats/repeat.js';
import { withTexts } from './pasted-rows.js';

/** A body that `checkGraphqlBody` has let through. */
interface GraphqlBody {
  query?: string;
  variables?: Record<string, unknown> | null;
  operationName?: string | null;
  extensions?: object | null;
}

/** The body of an answer that may come again. */
interface LastBody {
  readonly standing: StandingQuestion;
  readonly body: string;
}

interface AskedAlone {
  readonly caller: TenantContext;
  readonly context: GraphqlContext;
  readonly last: LastBody | undefined;
  readonly keep: (made: LastBody | undefined) => void;
}

/** Accept headers whose answer's type is remembered, and their characters. */
const MOST_ACCEPTS = 100;
const LONGEST_ACCEPT = 500;

/**
 * Answers a query that is compiled already without Apollo, whose way through a request costs as much as all the rest of
 * a small answer. Apollo has parsed, limited and validated the same text before; what depends on the request alone (key,
 * limits, the body's shape) the hooks have checked. The words of an answer and of its errors are the same on both roads.
 */
@Injectable()
export class ShortRoad {
  /** The Content-Type that Apollo chose for an Accept. */
  private readonly typeFor = new Map<string, string>();
  private room?: KpisService;

  constructor(
    adapterHost: HttpAdapterHost,
    private readonly compiled: CompiledQueries,
    private readonly errors: GraphqlErrors,
    private readonly modules: ModuleRef,
  ) {
    // Before Apollo's driver puts its route there, when the module starts.
    const fastify = adapterHost.httpAdapter.getInstance<FastifyInstance>();
    fastify.addHook('onRoute', (route) => {
      if (route.url === '/graphql') route.handler = this.before(route.handler);
    });
  }

  private before(apollo: RouteOptions['handler']): RouteOptions['handler'] {
    const { answer, typeFor } = this;
    return async function (request, reply) {
      const accept = request.headers.accept ?? '';
      const type = typeFor.get(accept);
      const short = type && (await answer(request));
      if (short) {
        reply.header('content-type', type);
        return short;
      }
      const long: unknown = await apollo.call(this, request, reply);
      if (!type && reply.statusCode === 200 && accept.length <= LONGEST_ACCEPT) {
        if (typeFor.size >= MOST_ACCEPTS) typeFor.clear();
        typeFor.set(accept, String(reply.getHeader('content-type')));
      }
      return long;
    };
  }

  /** The body of the answer; undefined: Apollo has to answer, and nothing has run. */
  private readonly answer = async (request: FastifyRequest): Promise<string | undefined> => {
    const { query: text, variables, operationName, extensions } = request.body as GraphqlBody;
    // No name and an empty one are two things to Apollo.
    if (request.method !== 'POST' || text === undefined || extensions || operationName === '') return undefined;
    const query = this.compiled.find(text, operationName);
    const read = query?.read(variables);
    if (!query || !read) return undefined;
    const body = await this.written(query, read, { request });
    if (body === undefined) return undefined;
    request.repeat = this.repeatOf(text, operationName, read);
    return body;
  };

  /** The query is found anew, and not held: of those that are compiled only so many may be kept. */
  private repeatOf(text: string, operationName: string | null | undefined, read: object): Repeat {
    let last: LastBody | undefined;
    return (caller) => {
      const query = this.compiled.find(text, operationName);
      if (!query) return undefined;
      const context: GraphqlContext = { request: { id: caller.requestId, caller } };
      const input = caller.scopes.has('kpis:read') ? query.alone?.inputOf(read) : undefined;
      const keep = (made: LastBody | undefined): void => void (last = made);
      const body = input
        ? this.alone(query, read, input, { caller, context, last, keep })
        : this.written(query, read, context);
      // What fails is told in the body: a query that could be run with these variables once can be run with them again.
      return whenThere(body, asRepeated);
    };
  }

  /** An answer whose question is asked here; whatever is thrown, GraphQL tells of it, and asks nothing again. */
  private alone(
    query: CompiledQuery,
    read: object,
    input: KpiQueryInput,
    { caller, context, last, keep }: AskedAlone,
  ): Awaitable<string | undefined> {
    const told = (answer: KpiAnswer | Date): Awaitable<string | undefined> => {
      // When it was fetched, no field of it says.
      if (answer instanceof Date) return last!.body;
      try {
        const body = query.alone!.write(answer);
        const standing = mayStand(asRepeated(body)) ? this.kpis.standing(answer, input) : undefined;
        keep(standing && { standing, body });
        return body;
      } catch {
        return this.written(query, read, { ...context, kpis: answer });
      }
    };
    const failed = (error: unknown): Promise<string | undefined> =>
      this.written(query, read, { ...context, kpis: Promise.reject(error as Error) });
    try {
      const answer = this.kpis.findAgain(caller, input, last?.standing);
      return answer instanceof Promise ? answer.then(told, failed) : told(answer);
    } catch (error) {
      return failed(error);
    }
  }

  private get kpis(): KpisService {
    return (this.room ??= this.modules.get(KpisService, { strict: false }));
  }

  private async written(query: CompiledQuery, read: object, context: GraphqlContext): Promise<string | undefined> {
    const answer = await query.answerInTexts(read, context);
    if (!answer) return undefined;
    const { data, thrown, told } = answer;
    const about = { requestId: context.request.id, document: query.document };
    const errors = told?.map((formatted, index) => this.errors.format(formatted, thrown![index], about));
    return `${withTexts(JSON.stringify({ errors, data }), context.texts)}\n`;
  }
}

const asRepeated = (body: string | undefined): RepeatedAnswer => ({ body: body!, head: [] });

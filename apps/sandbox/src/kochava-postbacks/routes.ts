import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { KochavaAccount, KochavaApp } from '../world/kochava.js';
import { appOf, authenticate, notFound } from './access.js';
import { checkContext, createProblems, fieldProblems, readBody, type Body } from './body.js';
import { PostbacksRefusal, envelope } from './refusal.js';
import type { Template } from './templates.js';
import type { Trigger, TriggerStore } from './triggers.js';
import { incompleteOf, templateOf, templatesOf } from './triggers.js';

export interface PostbacksOptions {
  triggers: TriggerStore;
  now: () => Date;
  /** How a duplicate is refused: 400 today, 409 announced. */
  duplicateStatus: 400 | 409;
}

const PAGE = 50;

/** `{appId:int}`: what is no integer has no route. */
function whole(text: string | undefined): number {
  if (!text || !/^\d{1,15}$/.test(text)) throw notFound();
  return Number(text);
}

/** Lists come in pages only for those who ask: `pageToken=1`, then what `nextToken` says. */
function paged(request: FastifyRequest, list: readonly unknown[]) {
  const { pageToken } = request.query as { pageToken?: string };
  if (pageToken === undefined) return envelope(list);
  const page = /^[1-9]\d{0,6}$/.test(pageToken) ? Number(pageToken) : 0;
  if (page === 0 || (page > 1 && (page - 1) * PAGE >= list.length))
    throw new PostbacksRefusal(400, 'pageToken is invalid');
  return {
    ...envelope(list.slice((page - 1) * PAGE, page * PAGE)),
    nextToken: page * PAGE < list.length ? String(page + 1) : null,
    previousToken: page > 1 ? String(page - 1) : null,
  };
}

function create(options: PostbacksOptions, account: KochavaAccount, body: Body) {
  const wrong = createProblems(body);
  if (wrong.length > 0) throw new PostbacksRefusal(400, ...wrong);
  const app = appOf(account, body.app_id as number);
  const template = templateOf(app, body.template_id);
  const context = body.context as Body;
  const { problems, warnings } = checkContext(template, context);
  if (problems.length > 0) throw new PostbacksRefusal(400, ...problems);
  const wanted = {
    app_id: app.id,
    type: body.type as string,
    title: body.title as string,
    template_id: template.id,
    ...(body.filter_str ? { filter_str: body.filter_str as string } : {}),
  };
  refuseDuplicate(options, wanted);
  const trigger = options.triggers.add({
    ...wanted,
    active: body.active === true,
    date_created: Math.floor(options.now().getTime() / 1000),
    context,
  });
  const messages = trigger.active ? [] : ['The postback is inactive; set active to true to start delivery.'];
  return envelope([trigger], { warnings, messages });
}

/** The word "install" stands in the message for every type. */
function refuseDuplicate(
  options: PostbacksOptions,
  wanted: Parameters<TriggerStore['collides']>[0],
  exceptId?: number,
): void {
  if (options.triggers.collides(wanted, exceptId)) {
    throw new PostbacksRefusal(options.duplicateStatus, 'Duplicate install post-back');
  }
}

/** Changes what is given; `context` is merged key by key, and null takes a key away. */
function update(options: PostbacksOptions, app: KochavaApp, trigger: Trigger, body: Body) {
  const fixed = ['id', 'app_id', 'type', 'template_id'].filter((field) => field in body);
  const wrong = [...fixed.map((field) => `${field} cannot be updated`), ...fieldProblems(body)];
  if (wrong.length > 0) throw new PostbacksRefusal(400, ...wrong);
  const merged = { ...trigger.context, ...((body.context as Body | undefined) ?? {}) };
  const context = Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== null));
  const { problems, warnings } = checkContext(templateOf(app, trigger.template_id), context);
  if (problems.length > 0) throw new PostbacksRefusal(400, ...problems);
  const filter = 'filter_str' in body ? (body.filter_str as string | null) || undefined : trigger.filter_str;
  refuseDuplicate(options, { ...trigger, filter_str: filter }, trigger.id);
  if (body.title !== undefined) trigger.title = body.title as string;
  if (body.active !== undefined) trigger.active = body.active as boolean;
  if (filter === undefined) delete trigger.filter_str;
  else trigger.filter_str = filter;
  trigger.context = context;
  return envelope([trigger], { warnings });
}

/** The Postbacks API of Kochava: `/apps/{appId}/postbacks…` and `/postbacks…`. */
export function kochavaPostbacks(server: FastifyInstance, options: PostbacksOptions): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'string' }, async (_request: FastifyRequest, body: unknown) => body);
  server.setErrorHandler(async (error, _request, reply: FastifyReply) => {
    const [status, errors] =
      error instanceof PostbacksRefusal
        ? [error.status, error.errors]
        : [500, ['An unexpected server side condition occurred.']];
    return reply.code(status).send(envelope([], { errors }));
  });

  type Params = { appId?: string; id?: string };
  const appRoute = (path: string, answer: (app: KochavaApp, params: Params) => readonly (Template | Trigger)[]) =>
    server.get(`/apps/:appId/postbacks${path}`, async (request) => {
      const account = authenticate(request.headers);
      const params = request.params as Params;
      return paged(request, answer(appOf(account, whole(params.appId)), params));
    });
  appRoute('/templates', (app) => templatesOf(app));
  appRoute('/incomplete', (app) => incompleteOf(app, options.triggers.ofApp(app)));
  appRoute('', (app) => options.triggers.ofApp(app));
  appRoute('/:id', (app, { id }) => {
    const trigger = options.triggers.get(whole(id));
    if (trigger.app_id !== app.id) throw notFound();
    return [trigger];
  });

  /** The trigger that a path without an app names; another account's is as forbidden as its app. */
  const named = (request: FastifyRequest): { app: KochavaApp; trigger: Trigger } => {
    const account = authenticate(request.headers);
    const trigger = options.triggers.get(whole((request.params as Params).id));
    return { app: appOf(account, trigger.app_id), trigger };
  };
  server.post('/postbacks', async (request, reply) => {
    const account = authenticate(request.headers);
    return reply.code(201).send(create(options, account, readBody(request.body)));
  });
  server.patch('/postbacks/:id', async (request) => {
    const { app, trigger } = named(request);
    return update(options, app, trigger, readBody(request.body));
  });
  server.delete('/postbacks/:id', async (request) => {
    options.triggers.delete(named(request).trigger.id);
    return envelope([]);
  });
  server.put('/postbacks/:id', async (request) => {
    authenticate(request.headers);
    throw new PostbacksRefusal(501, 'PUT is not implemented.');
  });
}

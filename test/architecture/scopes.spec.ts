import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { Controller, Get } from '@nestjs/common';
import { GraphQLSchemaHost, Query, Resolver } from '@nestjs/graphql';
import type { FastifyInstance } from 'fastify';
import { buildSchema, type GraphQLField, type GraphQLSchema } from 'graphql';
import { CredentialVault } from '#libs/tenancy';
import { DEMO_LINKS_KEY, DEMO_REPORTING_KEY } from '../../apps/sandbox/src/index.js';
import { ADMIN_KEY, EVERY_SCOPE } from '../support/gateway.js';
import { usePostbacks } from '../support/postbacks.js';
import { aReport, SUMMARY } from '../support/reports.js';
import { type Door, doorsOf, restDoorsOf, rootFieldsOf } from './doors.js';
import { EDGE_QUESTIONS } from './edge-questions.js';
import { edgesOf, unknownNouns } from './edges.js';
import { documentFor } from './sample-document.js';

/** Open on purpose: a path that joins them is a decision, made here. */
const OPEN_DOORS = [
  'GET /',
  'GET /health/live',
  'GET /health/ready',
  'GET /metrics',
  'GET /errors',
  'GET /errors/:code',
  // Its token is a key to one file.
  'GET /files/:token',
];
/** Routes that are no controller's: pages, their files, and the GraphQL door, which asks for a key itself. */
const OTHER_ROUTES = /^(?:\/graphql|\/openapi\.(?:json|yaml)|\/docs(?:\/.*)?|\/explorer\/:asset)$/;
/** Types with an id that are behind no scope of their own: parts of what holds them. */
const PARTS = ['Tenant', 'KpiDimensionId', 'PostbackField', 'SmartLinkDefault', 'SmartLinkRoute'];

interface GraphqlAnswer {
  data: Record<string, unknown> | null;
  errors?: { message: string; path?: (string | number)[]; extensions: { code: string } }[];
}

describe('Every way in asks for a scope', () => {
  /** By server: the sandbox is one too. */
  const routesOf = new Map<unknown, { method: string; url: string }[]>();
  const watch = (message: unknown): void => {
    const { fastify } = message as { fastify: FastifyInstance };
    const routes: { method: string; url: string }[] = [];
    routesOf.set(fastify, routes);
    fastify.addHook('onRoute', ({ method, url }) => {
      for (const one of [method].flat()) routes.push({ method: one, url });
    });
  };
  beforeAll(() => subscribe('fastify.initialization', watch));
  const gateway = usePostbacks();
  let routes: { method: string; url: string }[];
  let doors: { rest: Door[]; graphql: Door[] };
  let schema: GraphQLSchema;
  /** Valid, and good for nothing that is asked here. */
  let idleKey: string;

  beforeAll(async () => {
    unsubscribe('fastify.initialization', watch);
    routes = routesOf.get(gateway.app.getHttpAdapter().getInstance())!;
    doors = doorsOf(gateway.app);
    schema = gateway.app.get(GraphQLSchemaHost).schema;
    idleKey = await gateway.key({ scopes: ['cache:bypass'] });
  });

  const ask = async (key: string, query: string): Promise<GraphqlAnswer> =>
    (await gateway.graphql(key, query)).body as GraphqlAnswer;
  const rootFields = (): { name: string; operation: 'query' | 'mutation'; field: GraphQLField<unknown, unknown> }[] =>
    [
      { operation: 'query' as const, type: schema.getQueryType() },
      { operation: 'mutation' as const, type: schema.getMutationType() },
    ].flatMap(({ operation, type }) =>
      Object.values(type?.getFields() ?? {}).map((field) => ({
        name: `${type!.name}.${field.name}`,
        operation,
        field,
      })),
    );

  it('knows the routes that it walks', () => {
    expect(doors.rest.map(({ name }) => name)).toEqual(expect.arrayContaining(['GET /v1/apps/:id', 'GET /v1/kpis']));
    expect(doors.graphql.map(({ name }) => name)).toEqual(expect.arrayContaining(['Query.apps', 'Query.kpis']));
    expect(routes.length).toBeGreaterThan(doors.rest.length);
  });

  it('finds a door behind every route of the server', () => {
    const known = new Set(doors.rest.map(({ name }) => name));
    const strange = routes
      .filter(
        ({ method, url }) =>
          method !== 'HEAD' && method !== 'OPTIONS' && !OTHER_ROUTES.test(url) && !known.has(`${method} ${url}`),
      )
      .map(({ method, url }) => `${method} ${url}`);
    expect(strange).toEqual([]);
  });

  it('says at every door who may enter', () => {
    expect(unsaid([...doors.rest, ...doors.graphql])).toEqual([]);
    expect(doors.rest.flatMap(({ name, policy }) => (policy === 'everybody' ? name : [])).sort()).toEqual(
      [...OPEN_DOORS].sort(),
    );
    const admin = ({ name }: Door): boolean => name.includes(' /v1/admin');
    expect(doors.rest.filter((door) => admin(door) !== (door.policy === 'operator'))).toEqual([]);
  });

  it('says it at every root field of the schema', () => {
    const known = new Set(doors.graphql.map(({ name }) => name));
    expect(rootFields().flatMap(({ name }) => (known.has(name) ? [] : name))).toEqual([]);
  });

  it('refuses REST callers without a key, without the scope, and tenants at the operator’s doors', async () => {
    const seen: Record<string, unknown> = {};
    const expected: Record<string, unknown> = {};
    const knock = async (name: string, key?: string): Promise<unknown> => {
      const [method, path] = name.split(' ') as [string, string];
      const real = path
        .replaceAll(/:slug/g, gateway.tenant.slug)
        .replaceAll(/:provider/g, 'adjust')
        .replaceAll(/:\w+/g, gateway.apps[0].id);
      const request = gateway.http(method.toLowerCase() as 'get', real, key);
      const { status, body } = await (method === 'GET' ? request : request.send({}));
      return `${status} ${(body as { code?: string }).code}`;
    };
    for (const { name, policy } of doors.rest) {
      if (policy === 'everybody' || policy === 'by-dialect') continue;
      seen[name] = [
        await knock(name),
        await knock(name, 'mmp_mistyped'),
        await knock(name, policy === 'operator' ? await gateway.key() : idleKey),
      ];
      const forbidden = policy === 'operator' ? '401 UNAUTHENTICATED' : '403 FORBIDDEN';
      expected[name] = ['401 UNAUTHENTICATED', '401 UNAUTHENTICATED', policy === 'any' ? '200 undefined' : forbidden];
    }
    expect(seen).toEqual(expected);
  });

  it('leaves the scope to the dialect at the vendors’ doors alone, and asks for a key there too', async () => {
    const ofVendors = doors.rest.filter(({ name }) => / \/(?:vendor|kpis)\b/.test(name));
    expect(ofVendors.map(({ policy }) => policy)).toEqual(ofVendors.map(() => 'by-dialect'));
    expect(doors.rest.filter(({ policy }) => policy === 'by-dialect')).toEqual(ofVendors);
    for (const { name } of ofVendors) {
      const [method, path] = name.split(' ') as [string, string];
      const real = path.replace('*', 'v1/2eb2na2w54c3');
      const { text } = await gateway.http(method.toLowerCase() as 'get', real).set('X-API-Key', 'mmp_mistyped');
      expect([name, text]).toEqual([name, expect.stringContaining('not a key of this gateway')]);
    }
  });

  it('refuses the operator’s key at the tenants’ doors', async () => {
    for (const path of ['/v1/viewer', '/v1/apps', '/v1/kpis', '/v1/audit-events']) {
      expect((await gateway.http('get', path, ADMIN_KEY)).status).toBe(401);
    }
    expect((await gateway.graphql(ADMIN_KEY, '{ viewer { keyName } }')).status).toBe(401);
  });

  it('refuses GraphQL callers without a key, and every root field without its scope', async () => {
    expect((await gateway.graphql(undefined, '{ __schema { queryType { name } } }')).status).toBe(401);
    const policies = new Map(doors.graphql.map(({ name, policy }) => [name, policy]));
    const seen: Record<string, unknown> = {};
    const expected: Record<string, unknown> = {};
    for (const { name, operation, field } of rootFields()) {
      const { errors } = await ask(idleKey, documentFor(operation, field));
      seen[name] = errors?.map(({ extensions }) => extensions.code) ?? 'answered';
      expected[name] = policies.get(name) === 'any' ? 'answered' : ['FORBIDDEN'];
    }
    expect(seen).toEqual(expected);
  });

  it('names at every root field and every edge the scope that it needs', () => {
    const policies = new Map(doors.graphql.map(({ name, policy }) => [name, policy]));
    const fields = rootFields().map(({ name, field }) => ({
      name,
      words: policies.get(name) === 'any' ? 'Any key' : `Scope ${policies.get(name)}`,
      description: field.description ?? '',
    }));
    const edges = edgesOf(schema).map((edge) => ({ ...edge, words: `Scope ${edge.scope}` }));
    expect(
      [...fields, ...edges].flatMap(({ name, words, description }) =>
        description.includes(words) ? [] : `${name}: ${words}`,
      ),
    ).toEqual([]);
  });

  it('has a scope for every noun, and a question for every edge', () => {
    expect(unknownNouns(schema, PARTS)).toEqual([]);
    const edges = edgesOf(schema).map(({ name }) => name);
    expect(Object.keys(EDGE_QUESTIONS).sort()).toEqual(edges.sort());
  });

  it('refuses every edge to a key that lacks the scope of where it leads', async () => {
    await gateway.http('get', `/v1/apps/${gateway.apps[0].id}`, await gateway.key()).expect(200);
    const everything = await gateway.key();
    const appId = gateway.apps[0].id;
    const [postback] = (await gateway.http('get', `/v1/apps/${appId}/postbacks`, everything)).body.data as {
      id: string;
    }[];
    await gateway.app.get(CredentialVault).put(gateway.tenant.id, 'kochava-reporting', DEMO_REPORTING_KEY.key);
    await gateway.app.get(CredentialVault).put(gateway.tenant.id, 'kochava-links', DEMO_LINKS_KEY.key);
    const { body: report } = await gateway.http('post', '/v1/reports', everything).send(aReport(gateway)).expect(202);
    const cadence = { frequency: 'DAILY', runOn: 6 };
    const schedule = { appId, spec: SUMMARY, cadence };
    const { body: made } = await gateway.http('post', '/v1/schedules', everything).send(schedule).expect(201);
    await gateway.database.sql('UPDATE reports SET schedule_id = $1 WHERE id = $2', [made.id, report.id]);
    const known = { appId, postbackId: postback!.id };
    for (const { name, scope } of edgesOf(schema)) {
      const question = EDGE_QUESTIONS[name]!(known);
      const field = name.split('.')[1]!;
      const allowed = await eventually(
        () => ask(everything, question),
        ({ data }) => valuesOf(data, field).length > 0,
      );
      expect([name, allowed.errors]).toEqual([name, undefined]);
      expect([name, valuesOf(allowed.data, field)]).toEqual([name, expect.arrayContaining([expect.anything()])]);

      const refused = await ask(await gateway.key({ scopes: EVERY_SCOPE.filter((held) => held !== scope) }), question);
      expect([name, [...new Set(refused.errors?.map(({ extensions }) => extensions.code))]]).toEqual([
        name,
        ['FORBIDDEN'],
      ]);
      // At the edge itself, not at a root field of the same name.
      const path = refused.errors![0]!.path!.filter((part) => typeof part === 'string');
      expect([name, path.length > 1, path.at(-1)]).toEqual([name, true, field]);
      expect([name, valuesOf(refused.data, field)]).toEqual([name, []]);
    }
  });
});

describe('The walk', () => {
  it('catches a door that forgets to say who may enter', () => {
    @Controller('v1/planted')
    class Planted {
      @Get(':id')
      forgotten(): string {
        return '';
      }
    }
    @Resolver()
    class PlantedResolver {
      @Query(() => String)
      forgotten(): string {
        return '';
      }
    }
    expect(unsaid([...restDoorsOf(Planted), ...rootFieldsOf(PlantedResolver)])).toEqual([
      'GET /v1/planted/:id',
      'Query.forgotten',
    ]);
  });

  it('catches a new edge and a new noun', () => {
    const planted = buildSchema(`
      type Query { apps: [App!] }
      type App { id: ID! name: String! secrets: [Secret!] events: AuditEventConnection self: App }
      type AuditEventConnection { nodes: [AuditEvent!]! }
      type AuditEvent { id: ID! app: App }
      type Secret { id: ID! }
    `);
    expect(edgesOf(planted).map(({ name, scope }) => [name, scope])).toEqual([
      ['App.events', 'audit:read'],
      ['AuditEvent.app', 'apps:read'],
    ]);
    expect(unknownNouns(planted, [])).toEqual(['Secret']);
  });
});

/** The doors whose authors forgot. */
const unsaid = (doors: readonly Door[]): string[] => doors.flatMap(({ name, policy }) => (policy ? [] : name));

/** What stands at `field`, wherever it stands in the answer; nulls and empty lists left out. */
function valuesOf(data: unknown, field: string): unknown[] {
  if (Array.isArray(data)) return data.flatMap((item) => valuesOf(item, field));
  if (typeof data !== 'object' || data === null) return [];
  return Object.entries(data).flatMap(([name, value]) =>
    name === field && value !== null && !(Array.isArray(value) && value.length === 0)
      ? [value]
      : valuesOf(value, field),
  );
}

/** Reads are audited in batches: what was just done shows a moment later. */
async function eventually<T>(read: () => Promise<T>, isThere: (value: T) => boolean): Promise<T> {
  for (let tries = 0; tries < 50; tries += 1) {
    const value = await read();
    if (isThere(value)) return value;
    await sleep(100);
  }
  return read();
}

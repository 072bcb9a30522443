import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import supertest from 'supertest';
import { PrismaService } from '#libs/database';
import { type Scope, SCOPES } from '#libs/domain';
import {
  type ApiKeyInput,
  ApiKeys,
  type AppInput,
  type AppRecord,
  AppRegistry,
  CredentialVault,
  type TenantRecord,
  Tenants,
} from '#libs/tenancy';
import { type Config, loadConfig } from '../../apps/gateway/src/config.js';
import { createGateway, listen } from '../../apps/gateway/src/create-gateway.js';
import { Log } from '../../apps/gateway/src/operations/log.js';
import {
  DEMO_USER,
  KOCHAVA_ORBIT_RUNNER_ANDROID,
  KOCHAVA_ORBIT_RUNNER_IOS,
  ORBIT_RUNNER_ANDROID,
  ORBIT_RUNNER_IOS,
  type Sandbox,
  type SandboxOptions,
  startSandbox,
} from '../../apps/sandbox/src/index.js';
import { type TestDatabase, useDatabase } from './database.js';

/** The operator's key of every gateway that `useGateway` starts. */
export const ADMIN_KEY = 'operator-key-of-the-specs-0123456789';
/** CREDENTIAL_KEYS of every gateway that `useGateway` starts. */
export const CREDENTIAL_KEYS = `spec:${Buffer.alloc(32, 7).toString('base64')}`;

/** Every scope that goes with an app list too. */
export const EVERY_SCOPE: readonly Scope[] = SCOPES.filter((scope) => !scope.startsWith('vendor:'));

export interface GatewayOptions {
  /** On top of what the gateway needs: `{ KPI_CACHE_RECENT_SECONDS: '0' }`. */
  env?: Record<string, string>;
  sandbox?: SandboxOptions;
  /** Default: silent. */
  log?: Log;
  /** The apps have no name at Kochava: whoever asks for KPIs hears of Adjust alone. */
  adjustOnly?: boolean;
}

export interface TestGateway {
  readonly app: NestFastifyApplication;
  readonly config: Config;
  readonly url: string;
  readonly sandbox: Sandbox;
  readonly database: TestDatabase;
  /** With the two apps of `apps` and the sandbox's Adjust token. */
  readonly tenant: TenantRecord;
  /** Orbit Runner iOS and Android, by all their upstream names. */
  readonly apps: readonly [AppRecord, AppRecord];
  /** Has no credential and no app. */
  readonly otherTenant: TenantRecord;
  /** A new key of `tenant` (or of `of`): every scope and every app, unless told otherwise. */
  key(settings?: Partial<ApiKeyInput> & { of?: TenantRecord }): Promise<string>;
  /** A supertest request: `http('get', '/v1/apps', key)`. Without a key, none is sent. */
  http(method: Method, path: string, key?: string): supertest.Test;
  /** As `http`, with the operator's key, under /v1/admin. */
  admin(method: Method, path: string, body?: unknown): supertest.Test;
  /** POST /graphql. */
  graphql(key: string | undefined, query: string, variables?: object): supertest.Test;
}

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

interface Running {
  app: NestFastifyApplication;
  config: Config;
  url: string;
  sandbox: Sandbox;
  tenant: TenantRecord;
  otherTenant: TenantRecord;
  apps: [AppRecord, AppRecord];
}

/**
 * A running gateway for the spec file that calls this: on a database of its own, before a sandbox of its own. Closed
 * after it, with everything that was started.
 */
export function useGateway({
  env = {},
  sandbox: sandboxOptions,
  adjustOnly,
  log = Log.silent(),
}: GatewayOptions = {}): TestGateway {
  const database = useDatabase();
  let sandbox: Sandbox | undefined;
  let app: NestFastifyApplication | undefined;
  let running: Running | undefined;
  const use = (): Running => {
    if (!running) throw new Error('The gateway is there from beforeAll to afterAll.');
    return running;
  };

  beforeAll(async () => {
    sandbox = await startSandbox(sandboxOptions);
    const config = loadConfig({ ...environmentFor(sandbox, database.url), ...env });
    app = await createGateway({
      config,
      log,
      databaseUrl: database.url,
      credentialKeys: config.tenancy.credentialKeys!,
    });
    const url = await listen(app, config);
    running = { app, config, url, sandbox, ...(await furnish(app, adjustOnly)) };
  });
  afterAll(async () => {
    running = undefined;
    await app?.close();
    await app?.get(PrismaService).$disconnect();
    await sandbox?.close();
  });

  const http: TestGateway['http'] = (method, path, key) => {
    const request = supertest(use().url)[method](path);
    return key === undefined ? request : request.set('Authorization', `Bearer ${key}`);
  };
  return {
    database,
    get app() {
      return use().app;
    },
    get config() {
      return use().config;
    },
    get url() {
      return use().url;
    },
    get sandbox() {
      return use().sandbox;
    },
    get tenant() {
      return use().tenant;
    },
    get otherTenant() {
      return use().otherTenant;
    },
    get apps() {
      return use().apps;
    },
    async key({ of = use().tenant, ...settings } = {}) {
      const input = { name: 'spec', scopes: EVERY_SCOPE, ...settings };
      return (await use().app.get(ApiKeys).issue(of.id, input)).key;
    },
    http,
    admin(method, path, body) {
      const request = http(method, `/v1/admin${path}`, ADMIN_KEY);
      return body === undefined ? request : request.send(body as object);
    },
    graphql: (key, query, variables) => http('post', '/graphql', key).send({ query, variables }),
  };
}

/** The environment of a gateway whose vendors are `sandbox`; for specs that start a process of their own. */
export function environmentFor(sandbox: Sandbox, databaseUrl: string): Record<string, string> {
  return {
    // The example, so that it can't rot.
    ...(parseEnv(readFileSync('.env.example', 'utf8')) as Record<string, string>),
    PORT: '0',
    LOG_LEVEL: 'silent',
    DATABASE_URL: databaseUrl,
    ADMIN_API_KEY: ADMIN_KEY,
    CREDENTIAL_KEYS,
    ADJUST_BASE_URL: sandbox.url,
    ADJUST_REPORTS_BASE_URL: sandbox.url,
    KOCHAVA_REPORTING_BASE_URL: sandbox.url,
    KOCHAVA_BASE_URL: sandbox.url,
    KOCHAVA_LINKS_BASE_URL: sandbox.url,
    DOWNLOAD_HOSTS: new URL(sandbox.url).hostname,
  };
}

async function furnish(app: NestFastifyApplication, adjustOnly = false) {
  const tenants = app.get(Tenants);
  const registry = app.get(AppRegistry);
  const tenant = await tenants.create({ slug: 'orbit', name: 'Orbit Games' });
  const otherTenant = await tenants.create({ slug: 'tidal', name: 'Tidal Games' });
  const apps: [AppRecord, AppRecord] = [
    await registry.create(tenant.id, appInput(ORBIT_RUNNER_IOS, adjustOnly ? undefined : KOCHAVA_ORBIT_RUNNER_IOS)),
    await registry.create(
      tenant.id,
      appInput(ORBIT_RUNNER_ANDROID, adjustOnly ? undefined : KOCHAVA_ORBIT_RUNNER_ANDROID),
    ),
  ];
  await app.get(CredentialVault).put(tenant.id, 'adjust', DEMO_USER.token);
  return { tenant, otherTenant, apps };
}

const appInput = (
  adjust: { name: string; store: string; token: string },
  kochava: { guid: string; id: number } | undefined,
): AppInput => ({
  name: adjust.name,
  platform: adjust.store,
  adjustToken: adjust.token,
  ...(kochava && { kochavaGuid: kochava.guid, kochavaAppId: String(kochava.id) }),
});

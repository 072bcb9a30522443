import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import supertest from 'supertest';
import { PrismaService } from '#libs/database';
import { createGateway, listen } from '../apps/gateway/src/create-gateway.js';
import { Log } from '../apps/gateway/src/operations/log.js';
import { useGateway } from './support/gateway.js';
import { hasRedis, type RedisServer, startRedis } from './support/redis.js';
import { waitUntil } from './support/wait-until.js';

(hasRedis ? describe : describe.skip)('two replicas with one Redis', () => {
  const env: Record<string, string> = {};
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedis();
    env['REDIS_URL'] = redis.url;
  });
  const gateway = useGateway({ env, adjustOnly: true });
  let other: NestFastifyApplication;
  let otherUrl: string;
  beforeAll(async () => {
    const { config, database } = gateway;
    const credentialKeys = config.tenancy.credentialKeys!;
    other = await createGateway({ config, log: Log.silent(), databaseUrl: database.url, credentialKeys });
    otherUrl = await listen(other, config);
    const ready = async (url: string) => (await supertest(url).get('/health/ready')).body.checks.cache === 'ok';
    await waitUntil(async () => (await ready(gateway.url)) && (await ready(otherUrl)));
  });
  afterAll(async () => {
    await other.close();
    await other.get(PrismaService).$disconnect();
    await redis.stop();
  });

  const atOther = (path: string, key: string) => supertest(otherUrl).get(path).set('X-API-Key', key);
  const question = '/v1/kpis?from=2026-01-01&to=2026-01-03&metrics=installs,revenue&group_by=app,day,network';

  it('count a key’s requests together', async () => {
    const key = await gateway.key({ requestsPerMinute: 3 });
    const statuses = [];
    for (const ask of [() => gateway.http('get', '/v1/viewer', key), () => atOther('/v1/viewer', key)]) {
      statuses.push((await ask()).status, (await ask()).status);
    }
    expect(statuses).toEqual([200, 200, 200, 429]);
  });

  it('serve each other’s answers, whole, in every form', async () => {
    const key = await gateway.key();
    gateway.sandbox.reset();
    const first = await gateway.http('get', question, key);
    const second = await atOther(question, key);
    expect([first.body.sources[0].status, second.body.sources[0].status]).toEqual(['FRESH', 'CACHED']);
    expect(second.body.rows).toEqual(first.body.rows);
    expect((await atOther(`${question}&format=csv`, key)).text).toBe(
      (await gateway.http('get', `${question}&format=csv`, key)).text,
    );
    expect(gateway.sandbox.requests).toHaveLength(1);
  });

  it('go on without Redis, each for itself, and say so', async () => {
    const key = await gateway.key({ requestsPerMinute: 100 });
    await redis.stop();
    const away = async () => (await supertest(gateway.url).get('/health/ready')).body.checks.cache === 'away';
    await waitUntil(away);
    const answer = await gateway.http('get', question, key);
    expect([answer.status, answer.body.sources[0].status]).toEqual([200, 'FRESH']);
    expect(answer.headers['ratelimit']).toMatch(/^"key";r=99;/);
    expect((await supertest(gateway.url).get('/health/ready')).status).toBe(200);
  });
});

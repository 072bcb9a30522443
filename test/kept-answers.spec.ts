import { types } from 'node:util';
import { deserialize } from 'node:v8';
import { createClient, type RedisClientType } from '@redis/client';
import { CredentialVault } from '#libs/tenancy';
import { DEMO_LINKS_KEY, DEMO_POSTBACKS_KEY, DEMO_REPORTING_KEY } from '../apps/sandbox/src/index.js';
import { useGateway } from './support/gateway.js';
import { hasRedis, type RedisServer, startRedis } from './support/redis.js';
import { waitUntil } from './support/wait-until.js';

/** What kept answers are of. Replicas of older and newer versions share them: who changes a form counts its number up. */
const FORMS = {
  'adjust-table/1': {
    table: {
      head: {
        kpis: ['string'],
        columns: ['string'],
        events: [],
        trackers: [],
        parameters: expect.any(Object) as object,
      },
      batches: [
        {
          length: 'number',
          groups: [{ cells: [{ id: 'string', name: 'string', currency: 'string' }], end: 'number' }],
          last: [{ id: 'string', name: 'string' }],
          text: 'Buffer',
          nulls: 'boolean',
        },
      ],
    },
  },
  'kochava-summary/1': {
    first: [{ key: ['string'], sums: ['number'] }],
    seen: { unknown: 'Set', otherNames: 'boolean' },
  },
  'kochava-templates/1': [
    {
      id: 'string',
      networkId: 'string',
      name: 'string',
      fields: [
        {
          id: 'string',
          name: 'string',
          description: 'string',
          type: 'string',
          required: 'boolean',
          defaultValue: 'string',
          options: [],
        },
      ],
    },
  ],
  'kochava-partners/1': [{ id: 'string', name: 'string', accessLevel: 'number', logoUrl: 'string' }],
};

/** The names and kinds of what a value holds; of a list, those of its first. */
function formOf(value: unknown): unknown {
  if (value === undefined) return undefined;
  if (Array.isArray(value)) return value.slice(0, 1).map(formOf);
  if (types.isUint8Array(value) || types.isSet(value)) return value.constructor.name;
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, formOf(part)]));
}

(hasRedis ? describe : describe.skip)('answers that replicas share', () => {
  const env: Record<string, string> = {};
  let redis: RedisServer;
  let client: RedisClientType;
  beforeAll(async () => {
    redis = await startRedis();
    env['REDIS_URL'] = redis.url;
    client = createClient({ url: redis.url });
    await client.connect();
  });
  const gateway = useGateway({ env, sandbox: { kochavaReporting: { times: { queuedMs: 0, runningMs: 0 } } } });
  let key: string;
  beforeAll(async () => {
    const vault = gateway.app.get(CredentialVault);
    const { id } = gateway.tenant;
    await vault.put(id, 'kochava-reporting', DEMO_REPORTING_KEY.key);
    await vault.put(id, 'kochava-postbacks', DEMO_POSTBACKS_KEY.key);
    await vault.put(id, 'kochava-links', DEMO_LINKS_KEY.key);
    key = await gateway.key();
    await waitUntil(async () => (await gateway.http('get', '/health/ready')).body.checks.cache === 'ok');
  });
  beforeEach(() => client.flushAll());
  afterAll(async () => {
    client.destroy();
    await redis.stop();
  });

  const kpis = (vendor: string, by = 'app,network') =>
    gateway.http(
      'get',
      `/v1/kpis?from=2026-01-01&to=2026-01-02&metrics=installs&group_by=${by}&vendors=${vendor}`,
      key,
    );
  /** By the name of its form. */
  const kept = async () => {
    const entries = new Map<string, unknown>();
    for (const name of await client.keys('*')) {
      const { value } = deserialize(Buffer.from((await client.get(name))!, 'base64')) as { value: { value: unknown } };
      entries.set(/[a-z-]+\/\d+/.exec(name)![0], value.value);
    }
    return entries;
  };

  it('are kept in forms that have a number', async () => {
    await kpis('adjust').expect(200);
    await kpis('kochava').expect(200);
    await gateway.http('get', `/v1/apps/${gateway.apps[0].id}/postback-templates`, key).expect(200);
    await gateway.http('get', '/v1/agencies', key).expect(200);
    const forms = [...(await kept())].map(([name, value]) => [name, formOf(value)]);
    expect(Object.fromEntries(forms)).toEqual(FORMS);
  });

  it.each(['no entry at all', Buffer.from('no entry either').toString('base64')])(
    'are asked anew where something else is left in their place: %s',
    async (left) => {
      const first = await kpis('adjust');
      for (const name of await client.keys('*')) await client.set(name, left);
      const second = await kpis('adjust');
      expect([first, second].map(({ body }) => body.sources[0].status)).toEqual(['FRESH', 'FRESH']);
      expect(second.body.rows).toEqual(first.body.rows);
      expect((await kpis('adjust')).body.sources[0].status).toBe('CACHED');
    },
  );
});

import {
  DEMO_POSTBACKS_KEY,
  FOREIGN_POSTBACKS_KEY,
  KOCHAVA_ORBIT_RUNNER_ANDROID,
  KOCHAVA_ORBIT_RUNNER_IOS,
  startSandbox,
  type Sandbox,
} from '../../../apps/sandbox/src/index.js';
import { closeAll, credential, failureOf, upstream } from '../test/vendor.js';
import { KochavaPostbacksClient, postbackIdentity, type NewKochavaPostback } from './index.js';

const NEW: Omit<NewKochavaPostback, 'appId'> = {
  type: 'event',
  title: 'Purchase Postback',
  templateId: '3373',
  filter: 'Purchase',
  context: { cpi_mostback_url: 'https://example.com/ingest' },
};

let sandbox: Sandbox;
let client: KochavaPostbacksClient;
beforeAll(async () => void (sandbox = await startSandbox()));
beforeEach(() => void (client = new KochavaPostbacksClient(upstream(), { baseUrl: sandbox.url })));
afterEach(async () => {
  sandbox.reset();
  await closeAll();
});
afterAll(() => sandbox.close());
const DEMO = credential(DEMO_POSTBACKS_KEY.key);
const IOS = String(KOCHAVA_ORBIT_RUNNER_IOS.id);

it('lives through the life of a postback', async () => {
  const before = await client.list(DEMO, IOS);
  expect(before.postbacks.length).toBeGreaterThan(2);

  const created = await client.create(DEMO, { ...NEW, appId: IOS, filter: 'Level Up' });
  expect(created.postback).toMatchObject({ type: 'event', filter: 'Level Up', active: false, context: NEW.context });
  expect(created.messages.join()).toContain('inactive');
  const { id } = created.postback;
  const twice = await failureOf(client.create(DEMO, { ...NEW, appId: IOS, filter: 'Level Up' }));
  expect(twice).toMatchObject({ failure: 'conflict', status: 400, message: 'Duplicate install post-back' });

  const { postback } = await client.update(DEMO, id, { active: true, context: { max_delivery_attempts: 5 } });
  expect(postback).toMatchObject({
    active: true,
    title: NEW.title,
    context: { ...NEW.context, max_delivery_attempts: 5 },
  });
  await expect(client.get(DEMO, IOS, id)).resolves.toMatchObject({ postback });
  expect((await client.list(DEMO, IOS)).postbacks.map(postbackIdentity)).toContain(
    postbackIdentity({ templateId: '3373', type: 'event', filter: 'Level Up' }),
  );

  await client.delete(DEMO, id);
  await expect(failureOf(client.get(DEMO, IOS, id))).resolves.toMatchObject({ failure: 'not-found' });
  await expect(failureOf(client.delete(DEMO, id))).resolves.toMatchObject({ failure: 'not-found' });
});

it('has templates, and incomplete ones until they are set up', async () => {
  const android = String(KOCHAVA_ORBIT_RUNNER_ANDROID.id);
  const { templates } = await client.templates(DEMO, android);
  expect(templates.length).toBeGreaterThan(8);
  const incomplete = (await client.incomplete(DEMO, android)).templates;
  const unity = incomplete.find(({ name }) => name === 'Unity Ads');
  const context = { cpi_unity_game_id: '77', cpi_unity_fingerprint_lookback_window: 7 };
  await client.create(DEMO, { appId: android, type: 'install', title: 'U', templateId: unity!.id, context });
  expect((await client.incomplete(DEMO, android)).templates).toHaveLength(incomplete.length - 1);
});

it('is kept from other accounts', async () => {
  const stranger = credential(FOREIGN_POSTBACKS_KEY.key);
  const { postbacks } = await client.list(DEMO, IOS);
  await expect(failureOf(client.list(stranger, IOS))).resolves.toMatchObject({ failure: 'forbidden' });
  await expect(failureOf(client.delete(stranger, postbacks[0]!.id))).resolves.toMatchObject({ failure: 'forbidden' });
  await expect(failureOf(client.list(DEMO, '999999'))).resolves.toMatchObject({ failure: 'not-found' });
  await expect(client.verify(credential('wrong'), IOS)).resolves.toMatchObject({ valid: false });
  await expect(client.verify(DEMO, IOS)).resolves.toMatchObject({ valid: true });
  await expect(client.verify(DEMO)).resolves.toMatchObject({ valid: true });
});

it('does not tell a lost answer from a failure, and the next read does', async () => {
  sandbox.misbehave({ method: 'POST', path: '/postbacks$', do: { kind: 'reset', when: 'after' } });
  const error = await failureOf(client.create(DEMO, { ...NEW, appId: IOS, filter: 'Registration' }));
  expect(error).toMatchObject({ kind: 'no-answer', sent: true });
  const { postbacks } = await client.list(DEMO, IOS);
  expect(postbacks.filter(({ filter }) => filter === 'Registration')).toHaveLength(1);
});

import {
  DEMO_POSTBACKS_KEY,
  KOCHAVA_ORBIT_RUNNER_ANDROID,
  KOCHAVA_ORBIT_RUNNER_IOS,
} from '../apps/sandbox/src/index.js';
import { usePostbacks } from './support/postbacks.js';
import { clientSend, seen } from './support/vendor-door.js';

const IOS = KOCHAVA_ORBIT_RUNNER_IOS.id;
const ANDROID = KOCHAVA_ORBIT_RUNNER_ANDROID.id;
/** The sandbox's first postback, which is of the iOS app. */
const FIRST = 689_901;

type Question = [method: string, path: string, body?: unknown];

const CREATION = {
  app_id: IOS,
  type: 'event',
  title: 'Käufe ✨',
  template_id: 3373,
  filter_str: 'Purchase',
  context: { cpi_mostback_url: 'https://partner.example/ingest' },
};

const QUESTIONS: Question[] = [
  ['GET', `/apps/${IOS}/postbacks`],
  ['GET', `/apps/${IOS}/postbacks?pageToken=1`],
  ['GET', `/apps/${IOS}/postbacks?pageToken=9`],
  ['GET', `/apps/${ANDROID}/postbacks/templates`],
  ['GET', `/apps/${ANDROID}/postbacks/templates?pageToken=1`],
  ['GET', `/apps/${IOS}/postbacks/incomplete`],
  ['GET', `/apps/${IOS}/postbacks/${FIRST}`],
  ['GET', `/apps/${ANDROID}/postbacks/${FIRST}`],
  ['GET', `/apps/${IOS}/postbacks/1`],
  ['POST', '/postbacks', CREATION],
  ['POST', '/postbacks', { ...CREATION, app_id: ANDROID, type: 'click', filter_str: undefined, active: true }],
  ['POST', '/postbacks', { ...CREATION, type: 'install', filter_str: undefined }],
  ['POST', '/postbacks', { app_id: IOS }],
  ['POST', '/postbacks', { ...CREATION, template_id: 1 }],
  ['POST', '/postbacks', { ...CREATION, app_id: String(IOS) }],
  ['PATCH', `/postbacks/${FIRST}`, { title: 'Another', active: false }],
  ['PATCH', `/postbacks/${FIRST}`, { context: { cpi_mostback_url: 'https://partner.example/v2' } }],
  ['PATCH', `/postbacks/${FIRST}`, { id: FIRST, title: 'Another' }],
  ['PATCH', `/postbacks/${FIRST}`, { app_id: IOS }],
  ['PATCH', `/postbacks/${FIRST}`, {}],
  ['DELETE', `/postbacks/${FIRST}`],
];

describe('Kochava’s Postbacks API at the gateway', () => {
  const gateway = usePostbacks();
  let key: string;
  beforeAll(async () => {
    key = await gateway.key();
  });

  const DOOR = '/vendor/kochava';
  const ask = (base: string, credential: string, [method, path, body]: Question, header = 'Authentication-Key') =>
    clientSend(base, method, path, body === undefined ? undefined : JSON.stringify(body), {
      [header]: credential,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    });
  const atGateway = ([method, path, body]: Question, header?: string) =>
    ask(gateway.url, key, [method, DOOR + path, body], header);
  const atKochava = (question: Question) => ask(gateway.sandbox.url, DEMO_POSTBACKS_KEY.key, question);
  /** Dates are the moment's. */
  const calm = ({ text }: { text: string }) => text.replaceAll(/"date_created":\d+/g, '"date_created":0');

  it.each(QUESTIONS)('answers to the byte as Kochava does: %s %s', async (...question) => {
    const theirs = await atKochava(question);
    gateway.sandbox.reset();
    const ours = await atGateway(question);
    expect({ ...seen(ours), text: calm(ours) }).toEqual({ ...seen(theirs), text: calm(theirs) });
    expect(theirs.text).not.toBe('');
  });

  it.each(['authentication-key', 'AUTHENTICATION-KEY', 'x-api-key'])('takes the key in %s', async (header) => {
    const theirs = await atKochava(QUESTIONS[0]!);
    expect(seen(await atGateway(QUESTIONS[0]!, header))).toEqual(seen(theirs));
  });

  it('leads a postback through its life', async () => {
    const made = await atGateway(['POST', '/postbacks', CREATION]);
    const [{ id, active }] = JSON.parse(made.text).data;
    expect([made.status, active]).toEqual([201, false]);
    await atGateway(['PATCH', `/postbacks/${id}`, { active: true }]);
    const read = await atGateway(['GET', `/apps/${IOS}/postbacks/${id}`]);
    expect(JSON.parse(read.text).data).toEqual([expect.objectContaining({ ...CREATION, id, active: true })]);
    expect((await atGateway(['DELETE', `/postbacks/${id}`])).status).toBe(200);
    expect((await atGateway(['GET', `/apps/${IOS}/postbacks/${id}`])).status).toBe(404);
  });
});

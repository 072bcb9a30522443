import { startSandbox, type Sandbox } from '../sandbox.js';
import { KOCHAVA_DEMO_ACCOUNT, KOCHAVA_FOREIGN_ACCOUNT, KOCHAVA_ORBIT_RUNNER_IOS } from '../world/kochava.js';
import { DEMO_POSTBACKS_KEY } from './access.js';
import { TEMPLATES } from './templates.js';

const APP = KOCHAVA_ORBIT_RUNNER_IOS.id;
const NEW = {
  app_id: APP,
  type: 'click',
  title: 'Click Postback',
  template_id: 3373,
  context: { cpi_mostback_url: 'https://example.com/ingest' },
};

interface Envelope {
  success: boolean;
  nextToken: string | null;
  previousToken: string | null;
  errors: string[];
  warnings: string[];
  messages: string[];
  data: { id: number; [field: string]: unknown }[];
}

let sandbox: Sandbox;
beforeAll(async () => void (sandbox = await startSandbox({ now: new Date('2026-03-01T12:00:00Z') })));
afterEach(() => sandbox.reset());
afterAll(() => sandbox.close());

async function call(
  method: string,
  path: string,
  body?: unknown,
  key = DEMO_POSTBACKS_KEY.key,
): Promise<{ status: number; envelope: Envelope }> {
  const response = await fetch(`${sandbox.url}${path}`, {
    method,
    headers: { 'Authentication-Key': key },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  return { status: response.status, envelope: (await response.json()) as Envelope };
}

it('answers every request in the document’s envelope', async () => {
  for (const [path, status] of [
    [`/apps/${APP}/postbacks`, 200],
    [`/apps/${APP}/postbacks/templates`, 200],
    [`/apps/${APP}/postbacks/incomplete`, 200],
    [`/apps/${APP}/postbacks/1`, 404],
    ['/apps/x/postbacks', 404],
    ['/apps/1/postbacks', 404],
    [`/apps/${KOCHAVA_FOREIGN_ACCOUNT.apps[0]!.id}/postbacks`, 403],
  ] as const) {
    const { envelope, ...answer } = await call('GET', path);
    expect({ path, ...answer }).toEqual({ path, status });
    expect(envelope).toMatchObject({ success: status === 200, meta: null, nextToken: null, previousToken: null });
    expect(envelope.errors).toHaveLength(status === 200 ? 0 : 1);
  }
  expect((await call('GET', `/apps/${APP}/postbacks`, undefined, 'wrong')).status).toBe(401);
  expect((await call('PUT', '/postbacks/1', {})).status).toBe(501);
  expect((await fetch(`${sandbox.url}/apps/${APP}/postbacks`, { method: 'HEAD' })).status).toBe(401);
});

it('creates with 201, inactive unless told, and tells of keys it does not know', async () => {
  const { status, envelope } = await call('POST', '/postbacks', { ...NEW, context: { ...NEW.context, other: 1 } });
  expect(status).toBe(201);
  expect(envelope.data[0]).toEqual({
    ...NEW,
    id: expect.any(Number),
    active: false,
    date_created: Date.parse('2026-03-01T12:00:00Z') / 1000,
    context: { ...NEW.context, other: 1 },
  });
  expect(envelope.warnings).toEqual(['context.other is not a field of template 3373']);
});

it.each([
  ['no JSON', '{'],
  ['a list', '[]'],
  ['no app', { ...NEW, app_id: 'x' }],
  ['another type', { ...NEW, type: 'session' }],
  ['no title', { ...NEW, title: '' }],
  ['an unknown template', { ...NEW, template_id: 1 }],
  ['a template of another platform', { ...NEW, template_id: 2710 }],
  ['no destination', { ...NEW, context: {} }],
  ['a destination that is none', { ...NEW, context: { cpi_mostback_url: 'x' } }],
  ['an option that is none', { ...NEW, context: { ...NEW.context, deferred_for: 7 } }],
  ['a context that is no object', { ...NEW, context: [] }],
])('refuses %s', async (_name, body) => {
  const { status, envelope } = await call('POST', '/postbacks', body);
  expect(status).toBe(400);
  expect(envelope).toMatchObject({ success: false, data: [] });
});

it('keeps template, type and filter unique in an app, in the words of today or the status of tomorrow', async () => {
  await call('POST', '/postbacks', NEW);
  const { status, envelope } = await call('POST', '/postbacks', { ...NEW, title: 'Other' });
  expect([status, envelope.errors]).toEqual([400, ['Duplicate install post-back']]);
  const event = { ...NEW, type: 'event', filter_str: 'A' };
  const first = await call('POST', '/postbacks', event);
  expect((await call('POST', '/postbacks', { ...event, filter_str: 'B' })).status).toBe(201);
  const renamed = await call('PATCH', `/postbacks/${first.envelope.data[0]!.id}`, { filter_str: 'B' });
  expect(renamed.status).toBe(400);

  const tomorrow = await startSandbox({ duplicatePostbackStatus: 409 });
  const twice = [1, 2].map(async () =>
    fetch(`${tomorrow.url}/postbacks`, {
      method: 'POST',
      headers: { 'authentication-key': DEMO_POSTBACKS_KEY.key },
      body: JSON.stringify(NEW),
    }),
  );
  expect((await Promise.all(twice)).map((response) => response.status).sort()).toEqual([201, 409]);
  await tomorrow.close();
});

it('merges a context, and leaves the rest', async () => {
  const { id } = (await call('POST', '/postbacks', { ...NEW, context: { ...NEW.context, deferred_for: 0 } })).envelope
    .data[0]!;
  await call('PATCH', `/postbacks/${id}`, { active: true, context: { max_delivery_attempts: '5' } });
  const { envelope } = await call('PATCH', `/postbacks/${id}`, { context: { deferred_for: null } });
  expect(envelope.data[0]).toMatchObject({ title: NEW.title, active: true });
  expect(envelope.data[0]!.context).toEqual({ ...NEW.context, max_delivery_attempts: '5' });
  expect((await call('PATCH', `/postbacks/${id}`, { context: { cpi_mostback_url: null } })).status).toBe(400);
  expect((await call('PATCH', `/postbacks/${id}`, { type: 'event' })).status).toBe(400);
});

it('gives pages to those who ask for them', async () => {
  for (let index = 0; index < 120; index++) {
    await call('POST', '/postbacks', { ...NEW, type: 'event', filter_str: `Event ${index}` });
  }
  const all = (await call('GET', `/apps/${APP}/postbacks`)).envelope.data;
  const walked: unknown[] = [];
  for (let token: string | null = '1'; token !== null;) {
    const { envelope } = await call('GET', `/apps/${APP}/postbacks?pageToken=${token}`);
    expect(envelope.data.length).toBeLessThanOrEqual(50);
    walked.push(...envelope.data);
    token = envelope.nextToken;
  }
  expect(walked).toEqual(all);
  expect((await call('GET', `/apps/${APP}/postbacks?pageToken=9`)).status).toBe(400);
});

it('has a dozen templates, and every seeded postback uses one of its app', async () => {
  expect(TEMPLATES.length).toBeGreaterThanOrEqual(12);
  for (const app of KOCHAVA_DEMO_ACCOUNT.apps.slice(0, 2)) {
    const templates = (await call('GET', `/apps/${app.id}/postbacks/templates`)).envelope.data.map(({ id }) => id);
    const { data } = (await call('GET', `/apps/${app.id}/postbacks`)).envelope;
    expect(data.length).toBeGreaterThan(0);
    for (const trigger of data) expect(templates).toContain(trigger.template_id);
    const incomplete = (await call('GET', `/apps/${app.id}/postbacks/incomplete`)).envelope.data;
    expect(incomplete.length).toBeGreaterThan(0);
  }
});

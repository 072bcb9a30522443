import { closeAll, credential, failureOf, saying, upstream, vendor } from '../test/vendor.js';
import { InvalidPostbacksRequest, KochavaPostbacksClient, type NewKochavaPostback } from './index.js';

const SECRET = 'F5BC0519-key';
const KEY = credential(SECRET);

const trigger = (over: object = {}) => ({
  id: 54636,
  app_id: 17,
  type: 'install',
  title: 'OpenX Performance',
  template_id: 2602,
  active: false,
  date_created: 1394048564,
  context: { cpi_openxperformance_fingerprint_lookback_window: '7' },
  ...over,
});
const envelope = (data: unknown, over: object = {}) =>
  JSON.stringify({ success: true, meta: null, nextToken: null, errors: [], warnings: [], messages: [], data, ...over });
const NEW: NewKochavaPostback = {
  appId: '17',
  type: 'event',
  title: 'Purchase Postback',
  templateId: '3373',
  filter: 'Purchase',
  context: { cpi_mostback_url: 'https://example.com/ingest' },
};

const clientOf = (baseUrl: string, maxPages?: number) => new KochavaPostbacksClient(upstream(), { baseUrl, maxPages });

afterEach(closeAll);

describe('what is sent', () => {
  it('puts the key in its header and the ids in the path', async () => {
    const { baseUrl, received } = await saying(envelope([trigger()]));
    await clientOf(`${baseUrl}/kochava`).get(KEY, '17', '54636');
    expect(received[0]).toMatchObject({ method: 'GET', url: '/kochava/apps/17/postbacks/54636' });
    expect(received[0]!.headers['authentication-key']).toBe(SECRET);
  });

  it('creates with the document’s body, numbers as numbers', async () => {
    const { baseUrl, received } = await saying(envelope([trigger({ type: 'event' })]), 201);
    await clientOf(baseUrl).create(KEY, { ...NEW, templateId: '9007199254740993' });
    expect(received[0]).toMatchObject({ method: 'POST', url: '/postbacks' });
    expect(received[0]!.headers['content-type']).toBe('application/json');
    expect(received[0]!.body).toBe(
      '{"app_id":17,"type":"event","title":"Purchase Postback","template_id":9007199254740993,' +
        '"filter_str":"Purchase","context":{"cpi_mostback_url":"https://example.com/ingest"}}',
    );
  });

  it('updates only what changes', async () => {
    const { baseUrl, received } = await saying(envelope([trigger({ active: true })]));
    await clientOf(baseUrl).update(KEY, '54636', { active: true });
    expect(received[0]).toMatchObject({ method: 'PATCH', url: '/postbacks/54636', body: '{"active":true}' });
  });

  it('refuses every broken rule at once, and sends nothing', async () => {
    const { baseUrl, received } = await saying(envelope([]));
    const client = clientOf(baseUrl);
    const bad = { appId: 'x', type: 'install', title: ' ', templateId: '0', filter: 'Purchase', context: [] };
    const error: unknown = await client.create(KEY, bad as never).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(InvalidPostbacksRequest);
    expect((error as InvalidPostbacksRequest).problems.map(({ parameter }) => parameter)).toEqual([
      'appId',
      'title',
      'templateId',
      'filter',
      'context',
    ]);
    await expect(client.create(KEY, { ...NEW, filter: undefined })).rejects.toThrow('filter:');
    await expect(client.create(KEY, { ...NEW, type: 'session' as never })).rejects.toThrow('type:');
    await expect(client.update(KEY, '1', {})).rejects.toThrow('changes:');
    await expect(client.update(KEY, '1', { title: '' })).rejects.toThrow('title:');
    await expect(client.get(KEY, '17', '1/../2')).rejects.toThrow('postbackId:');
    await expect(client.delete(KEY, '-1')).rejects.toThrow('postbackId:');
    await expect(client.list(KEY, '17?x')).rejects.toThrow('appId:');
    expect(received).toEqual([]);
  });
});

describe('what is read', () => {
  it('takes the document’s trigger, with ids to the last digit', async () => {
    const body = envelope([trigger({ id: 0 })]).replace('"id":0', '"id":9007199254740993');
    const { baseUrl } = await saying(body);
    const { postback } = await clientOf(baseUrl).get(KEY, '17', '9007199254740993');
    expect(postback).toEqual({
      id: '9007199254740993',
      appId: '17',
      type: 'install',
      title: 'OpenX Performance',
      templateId: '2602',
      active: false,
      context: { cpi_openxperformance_fingerprint_lookback_window: '7' },
      createdAt: new Date('2014-03-05T19:42:44Z'),
    });
  });

  it('takes ids in quotes, flags as words, an empty context as PHP writes it, and a long number in a context', async () => {
    const odd = trigger({ id: '1', app_id: '17', active: 'true', context: [], date_created: '0', filter_str: '' });
    const long = envelope([odd, trigger({ id: 2, context: { id: 'X', n: 2 } })]).replace('"X"', '12345678901234567890');
    const { baseUrl } = await saying(long);
    const { postbacks } = await clientOf(baseUrl).list(KEY, '17');
    expect(postbacks[0]).toEqual({
      id: '1',
      appId: '17',
      type: 'install',
      title: 'OpenX Performance',
      templateId: '2602',
      active: true,
      context: {},
    });
    expect(postbacks[1]!.context).toEqual({ id: '12345678901234567890', n: 2 });
  });

  it('takes templates with required as true, "true" and left out', async () => {
    const field = (id: string, input: object) => ({ label: { name: id.toUpperCase() }, input: { id, ...input } });
    const options = [{ value: 1, label: '1 day' }];
    const { baseUrl } = await saying(
      envelope([
        {
          id: 2209,
          network_id: 3,
          platform: '',
          name: 'mmDSP',
          context_meta: [
            field('a', { type: 'text', required: true }),
            field('b', { type: 'select', required: 'true', default_value: '7', options }),
            field('c', { type: 'select', default_value: 0, options }),
          ],
        },
      ]),
    );
    const { templates } = await clientOf(baseUrl).templates(KEY, '17');
    expect(templates).toEqual([
      {
        id: '2209',
        networkId: '3',
        name: 'mmDSP',
        fields: [
          { id: 'a', name: 'A', type: 'text', required: true, options: [] },
          { id: 'b', name: 'B', type: 'select', required: true, defaultValue: '7', options },
          { id: 'c', name: 'C', type: 'select', required: false, defaultValue: 0, options },
        ],
      },
    ]);
  });

  it('follows the pages to the end, each entry once', async () => {
    const pages = [
      envelope([trigger({ id: 1 }), trigger({ id: 2 })], { nextToken: 'two&', messages: ['m1'] }),
      envelope([trigger({ id: 2 }), trigger({ id: 3 })], { nextToken: '', warnings: ['w2'] }),
    ];
    const { baseUrl, received } = await vendor((_request, response, count) => response.end(pages[count - 1]));
    const list = await clientOf(baseUrl).list(KEY, '17');
    expect(received.map(({ url }) => url)).toEqual(['/apps/17/postbacks', '/apps/17/postbacks?pageToken=two%26']);
    expect(list.postbacks.map(({ id }) => id)).toEqual(['1', '2', '3']);
    expect(list).toMatchObject({ messages: ['m1'], warnings: ['w2'] });
  });

  it('gives up on pages that lead in a circle or never end', async () => {
    const circle = await saying(envelope([], { nextToken: 'x' }));
    await expect(failureOf(clientOf(circle.baseUrl).list(KEY, '17'))).resolves.toMatchObject({ failure: 'malformed' });
    const endless = await vendor((_request, response, count) => response.end(envelope([], { nextToken: `${count}` })));
    const error = await failureOf(clientOf(endless.baseUrl, 4).list(KEY, '17'));
    expect(error.failure).toBe('too-large');
    expect(endless.received).toHaveLength(4);
  });

  it('takes an update and a deletion that answer nothing', async () => {
    for (const [body, status] of [
      ['', 200],
      ['', 204],
      [envelope([]), 200],
      [envelope(null), 200],
    ] as const) {
      const { baseUrl } = await saying(body, status);
      await expect(clientOf(baseUrl).delete(KEY, '1')).resolves.toEqual({ messages: [], warnings: [] });
      await expect(clientOf(baseUrl).update(KEY, '1', { title: 'x' })).resolves.toEqual({ messages: [], warnings: [] });
    }
  });

  it('passes on remarks, without the key that they repeat', async () => {
    const remarks = {
      messages: [`Saved for ${SECRET}`],
      warnings: ['Old template'],
      errors: [{ message: 'One field' }],
    };
    const { baseUrl } = await saying(envelope([trigger({ app_id: 17, type: 'event' })], remarks), 201);
    const answer = await clientOf(baseUrl).create(KEY, NEW);
    expect(answer.messages).toEqual(['Saved for [redacted]']);
    expect(answer.warnings).toEqual(['Old template', 'One field']);
  });

  it.each([
    ['a page', '<html></html>'],
    ['a bare list', '[]'],
    ['no data', envelope(undefined)],
    ['data that is null', envelope(null)],
    ['an entry that is no object', envelope([1])],
    ['an id that is none', envelope([trigger({ id: 1.5 })])],
    ['another app’s postback', envelope([trigger({ app_id: 18 })])],
    ['another postback', envelope([trigger({ id: 7 })])],
    ['a nested surprise as context', envelope([trigger({ context: 'x' })])],
    ['half an answer', envelope([trigger()]).slice(0, -9)],
  ])('calls %s unreadable, never an empty list', async (_name, body) => {
    const { baseUrl } = await saying(body);
    const error = await failureOf(clientOf(baseUrl).get(KEY, '17', '54636'));
    expect(error).toMatchObject({ kind: 'unreadable-answer', failure: 'malformed', sent: true });
    if (!body.includes('"id":7,')) {
      await expect(failureOf(clientOf(baseUrl).list(KEY, '17'))).resolves.toMatchObject({ failure: 'malformed' });
    }
  });

  it('calls an empty answer about one postback not found', async () => {
    const { baseUrl } = await saying(envelope([]));
    await expect(failureOf(clientOf(baseUrl).get(KEY, '17', '54636'))).resolves.toMatchObject({ failure: 'not-found' });
  });
});

describe('what is a refusal', () => {
  const refused = (...errors: string[]) => envelope([], { success: false, errors });
  it.each([
    [400, refused('Duplicate install post-back'), 'conflict', 'Duplicate install post-back'],
    [409, refused('Duplicate trigger'), 'conflict', 'Duplicate trigger'],
    [409, '', 'conflict', 'Kochava has such a postback already.'],
    [400, refused('malformed syntax', 'at line 3'), 'rejected', 'malformed syntax at line 3'],
    [401, refused('The Authentication Key sent with the request is invalid.'), 'credential', 'The Authentication Key'],
    [403, '<html>Forbidden</html>', 'forbidden', 'may not use this app'],
    [404, refused('The requested resource/entity was not found.'), 'not-found', 'was not found'],
    [501, refused('PUT is not implemented'), 'rejected', 'not implemented'],
    [200, refused('Duplicate install post-back'), 'conflict', 'Duplicate'],
    [200, refused('The Authentication Key sent with the request is invalid.'), 'credential', 'invalid'],
    [200, refused('something else'), 'rejected', 'something else'],
    [200, JSON.stringify({ errors: ['no success key'] }), 'rejected', 'no success key'],
  ] as const)('%i %s', async (status, body, failure, words) => {
    const { baseUrl, received } = await saying(body, status);
    const error = await failureOf(clientOf(baseUrl).create(KEY, NEW));
    expect(error).toMatchObject({ kind: 'refusal', failure, status });
    expect(error.message).toContain(words);
    expect(received).toHaveLength(1);
  });

  it('reads again after trouble, and never writes again', async () => {
    const flaky = await vendor((_request, response, count) =>
      count % 3 === 0 ? response.end(envelope([trigger()])) : response.writeHead(503).end(),
    );
    const client = clientOf(flaky.baseUrl);
    await expect(client.list(KEY, '17')).resolves.toMatchObject({ postbacks: [{ id: '54636' }] });
    expect(flaky.received).toHaveLength(3);
    for (const write of [() => client.create(KEY, NEW), () => client.update(KEY, '54636', { active: true })]) {
      const before = flaky.received.length;
      await expect(failureOf(write())).resolves.toMatchObject({ failure: 'unavailable', sent: true });
      expect(flaky.received).toHaveLength(before + 1);
    }
    const lost = await vendor((request) => void request);
    const deleting = failureOf(clientOf(lost.baseUrl).delete(KEY, '54636', { deadlineMs: 2000 }));
    await expect(deleting).resolves.toMatchObject({ kind: 'no-answer', sent: true });
    expect(lost.received).toHaveLength(1);
  });

  it('verifies a key by 401 alone', async () => {
    const told = async (status: number) => clientOf((await saying(refused('No'), status)).baseUrl).verify(KEY);
    await expect(told(401)).resolves.toEqual({ valid: false, message: 'No' });
    await expect(told(403)).resolves.toMatchObject({ valid: true });
    await expect(failureOf(told(500))).resolves.toMatchObject({ failure: 'unavailable' });
  });
});

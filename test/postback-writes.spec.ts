import { Sealer } from '#libs/audit';
import { fingerprint } from '../libs/audit/src/redact.js';
import { aPostback, CREATE, destination, sent, UPDATE, usePostbacks } from './support/postbacks.js';

/** Stands in contexts alone: wherever else it is found, it leaked. */
const PARTNER_SECRET = 'sesame-of-the-partner';
const SECRET_URL = `https://partner.example/ingest?token=${PARTNER_SECRET}`;

describe('writes of postbacks, each done once', () => {
  const gateway = usePostbacks();
  let key: string;
  let ios: string;
  beforeAll(async () => {
    key = await gateway.key();
    ios = gateway.apps[0].id;
  });

  let count = 0;
  const newKey = () => `key-${++count}`;
  const path = () => `/v1/apps/${ios}/postbacks`;
  const post = (body: object, idempotencyKey?: string, as = key) => {
    const request = gateway.http('post', path(), as).send(body);
    return idempotencyKey === undefined ? request : request.set('Idempotency-Key', idempotencyKey);
  };
  const patch = (id: string, body: object, idempotencyKey: string) =>
    gateway.http('patch', `${path()}/${id}`, key).send(body).set('Idempotency-Key', idempotencyKey);
  const remove = (id: string, idempotencyKey: string) =>
    gateway.http('delete', `${path()}/${id}`, key).set('Idempotency-Key', idempotencyKey);
  const all = async () => (await gateway.http('get', path(), key)).body.data as { id: string; title: string }[];
  const lose = (method: string, when: 'before' | 'after' = 'after') =>
    gateway.sandbox.misbehave({ method, path: '^/postbacks', do: { kind: 'reset', when } });

  describe('under an idempotency key', () => {
    it('answers the same again, contexts included, and sends nothing', async () => {
      const id = newKey();
      const body = aPostback({ context: { ...destination(SECRET_URL), deferred_for: 30000 } });
      const first = await post(body, id);
      const again = await post(body, id);
      expect([first.status, first.headers['idempotency-replayed']]).toEqual([201, undefined]);
      expect([again.status, again.headers['idempotency-replayed']]).toEqual([201, 'true']);
      expect(again.body).toEqual(first.body);
      expect(again.body.postback.context).toEqual(body.context);
      expect(sent(gateway, 'POST')).toHaveLength(1);

      const update = newKey();
      const changed = await patch(first.body.postback.id, { active: true }, update);
      const unchanged = await patch(first.body.postback.id, { active: true }, update);
      expect(unchanged.body).toEqual(changed.body);
      const deletion = newKey();
      const gone = await remove(first.body.postback.id, deletion);
      const goneAgain = await remove(first.body.postback.id, deletion);
      expect([goneAgain.status, goneAgain.body]).toEqual([200, gone.body]);
      expect(gone.body).toMatchObject({ postback: changed.body.postback });
      expect(sent(gateway, 'PATCH')).toHaveLength(1);
      expect(sent(gateway, 'DELETE')).toHaveLength(1);
    });

    it('takes it in the input at GraphQL, and knows the same write at the other door', async () => {
      const idempotencyKey = newKey();
      const create = () => gateway.graphql(key, CREATE, { input: { appId: ios, idempotencyKey, ...aPostback() } });
      const [{ body: first }, { body: again }] = [await create(), await create()];
      expect(first.errors).toBeUndefined();
      expect(again).toEqual(first);
      const rest = await post(aPostback(), idempotencyKey);
      expect([rest.status, rest.headers['idempotency-replayed']]).toEqual([201, 'true']);
      expect(sent(gateway, 'POST')).toHaveLength(1);
    });

    it('refuses another request with the same key, and keeps keys, callers and operations apart', async () => {
      const id = newKey();
      const { body } = await post(aPostback(), id);
      const other = await post(aPostback({ title: 'Another' }), id);
      expect([other.status, other.body.code]).toEqual([409, 'IDEMPOTENCY_CONFLICT']);
      expect((await patch(body.postback.id, { title: 'x' }, id)).status).toBe(200);
      const colleague = await post(aPostback({ filter: 'Refund' }), id, await gateway.key());
      expect([colleague.status, colleague.headers['idempotency-replayed']]).toEqual([201, undefined]);
      for (const wrong of ['', 'x'.repeat(256), 'schlüssel']) {
        const refused = await gateway.graphql(key, UPDATE, {
          appId: ios,
          id: body.postback.id,
          input: { title: 'y', idempotencyKey: wrong },
        });
        expect(refused.body.errors[0].extensions.code).toBe('BAD_USER_INPUT');
      }
    });

    it('sends twenty at the same time once', async () => {
      const id = newKey();
      const answers = await Promise.all(Array.from({ length: 20 }, () => post(aPostback(), id)));
      const created = answers.filter(({ status }) => status === 201);
      const waiting = answers.filter(({ status }) => status === 409);
      expect(created.length + waiting.length).toBe(20);
      expect(created.filter(({ headers }) => !headers['idempotency-replayed'])).toHaveLength(1);
      for (const { body, headers } of waiting) {
        expect(body.code).toBe('IDEMPOTENCY_CONFLICT');
        expect(headers['retry-after']).toBe(String(body.retryAfterSeconds));
      }
      expect(sent(gateway, 'POST')).toHaveLength(1);
    });

    it('without a key, lets Kochava decide between twenty: one is made', async () => {
      const answers = await Promise.all(Array.from({ length: 20 }, () => post(aPostback())));
      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(19).fill(409)]);
      expect((await all()).filter(({ title }) => title === aPostback().title)).toHaveLength(1);
    });

    it('asks for the scope and the app again before it replays', async () => {
      const name = `own-${++count}`;
      const own = await gateway.key({ name });
      const id = newKey();
      expect((await post(aPostback(), id, own)).status).toBe(201);
      const after = async (change: string) => {
        await gateway.database.sql(`UPDATE api_keys SET ${change} WHERE name = $1`, [name]);
        await new Promise((resolve) => setTimeout(resolve, 1000));
        const { status, body } = await post(aPostback(), id, own);
        return [status, body.code];
      };
      expect(await after(`scopes = '{postbacks:read}'`)).toEqual([403, 'FORBIDDEN']);
      const restricted = `scopes = '{postbacks:write}', every_app = false, app_ids = '{${gateway.apps[1].id}}'`;
      expect(await after(restricted)).toEqual([404, 'NOT_FOUND']);
      expect(await after('every_app = true')).toEqual([201, undefined]);
      expect(sent(gateway, 'POST')).toHaveLength(1);
    });

    it('leaves the key free where nothing was sent', async () => {
      const id = newKey();
      const { body: twin } = await post(aPostback());
      expect((await post(aPostback({ title: 'Next' }), id)).body.code).toBe('CONFLICT');
      await remove(twin.postback.id, newKey());
      gateway.sandbox.misbehave({ method: 'GET', times: null, do: { kind: 'reset', when: 'before' } });
      const unread = await post(aPostback({ title: 'Next' }), id);
      expect([unread.status, unread.body.code]).toEqual([502, 'UPSTREAM_UNAVAILABLE']);
      gateway.sandbox.reset();
      expect((await post(aPostback({ title: 'Next' }), id)).status).toBe(201);
    });
  });

  describe('whose answer was lost', () => {
    const unknown = async (request: PromiseLike<{ status: number; body: { code: string; detail: string } }>) => {
      const { status, body } = await request;
      expect([status, body.code]).toEqual([502, 'OUTCOME_UNKNOWN']);
    };

    it('create: unknown, then found by the same key, and never sent again', async () => {
      const id = newKey();
      lose('POST');
      await unknown(post(aPostback(), id));
      const made = (await all()).find(({ title }) => title === aPostback().title);
      const found = await post(aPostback(), id);
      expect([found.status, found.headers['idempotency-replayed'], found.body.postback]).toEqual([201, 'true', made]);
      expect((await post(aPostback(), id)).body).toEqual(found.body);
      expect(sent(gateway, 'POST')).toHaveLength(1);
    });

    it('create that was not done: unknown, and stays so under its key', async () => {
      const id = newKey();
      lose('POST', 'before');
      await unknown(post(aPostback(), id));
      await unknown(post(aPostback(), id));
      expect(sent(gateway, 'POST')).toHaveLength(1);
      // Another's, made since: it is not taken for this one.
      await post(aPostback({ title: 'Of another' }));
      await unknown(post(aPostback(), id));
      expect(sent(gateway, 'POST')).toHaveLength(2);
    });

    it('update: unknown, then found by what stands', async () => {
      const [first] = await all();
      const id = newKey();
      lose('PATCH');
      await unknown(patch(first!.id, { title: 'Renamed', context: { deferred_for: 30000 } }, id));
      const found = await patch(first!.id, { title: 'Renamed', context: { deferred_for: 30000 } }, id);
      expect([found.status, found.headers['idempotency-replayed'], found.body.postback.title]).toEqual([
        200,
        'true',
        'Renamed',
      ]);
      const notDone = newKey();
      lose('PATCH', 'before');
      await unknown(patch(first!.id, { active: false }, notDone));
      await unknown(patch(first!.id, { active: false }, notDone));
      expect(sent(gateway, 'PATCH')).toHaveLength(2);
    });

    it('update that was done, and could not be read back', async () => {
      const [first] = await all();
      gateway.sandbox.misbehave({
        method: 'GET',
        path: `/${first!.id}$`,
        after: 1,
        times: null,
        do: { kind: 'status', status: 500 },
      });
      const { status, body } = await patch(first!.id, { title: 'Renamed' }, newKey());
      expect([status, body.postback.title]).toEqual([200, 'Renamed']);
      expect(body.warnings.join()).toContain('read back');
    });

    it('delete: unknown, then found by its absence, as the audit knows it', async () => {
      const [first] = await all();
      const id = newKey();
      lose('DELETE');
      await unknown(remove(first!.id, id));
      const found = await remove(first!.id, id);
      expect([found.status, found.headers['idempotency-replayed']]).toEqual([200, 'true']);
      expect(found.body.postback).toMatchObject({ id: first!.id, title: first!.title, type: 'INSTALL' });
      expect(JSON.stringify(found.body.postback.context)).toContain('sha256:');
      expect(found.body.warnings.join()).toContain('fingerprints');
      const [second] = await all();
      const notDone = newKey();
      lose('DELETE', 'before');
      await unknown(remove(second!.id, notDone));
      await unknown(remove(second!.id, notDone));
      expect(sent(gateway, 'DELETE')).toHaveLength(2);
    });

    it('tells it at GraphQL, too', async () => {
      lose('POST');
      const { body } = await gateway.graphql(key, CREATE, { input: { appId: ios, ...aPostback() } });
      expect(body.errors[0].extensions).toMatchObject({ code: 'OUTCOME_UNKNOWN', vendor: 'KOCHAVA' });
      expect((await all()).some(({ title }) => title === aPostback().title)).toBe(true);
    });

    it('an answer that can’t be read is a lost one', async () => {
      gateway.sandbox.misbehave({ method: 'POST', do: { kind: 'malformed' } });
      await unknown(post(aPostback()));
    });
  });

  describe('the audit', () => {
    const rows = async (resource: string) => {
      await gateway.app.get(Sealer).flush();
      const { body } = await gateway.http('get', `/v1/audit-events?resource=${encodeURIComponent(resource)}`, key);
      return body.data as Record<string, unknown>[];
    };

    it('holds what stood before and after, contexts as fingerprints', async () => {
      const { body } = await post(aPostback({ context: destination(SECRET_URL) }));
      const { id } = body.postback;
      await patch(id, { title: 'Renamed' }, newKey());
      await remove(id, newKey());
      const [deleted, updated, created] = (await rows(`postback:${id}`)).filter(
        ({ action }) => action !== 'postbacks.read',
      );
      const context = { cpi_mostback_url: fingerprint(SECRET_URL) };
      const row = { outcome: 'SUCCEEDED', vendor: 'KOCHAVA', app: expect.objectContaining({ id: ios }) };
      expect(created).toMatchObject({
        ...row,
        action: 'postback.create',
        request: { context, title: 'Purchases ✨' },
        after: { id, context },
      });
      expect(updated).toMatchObject({
        ...row,
        action: 'postback.update',
        request: { title: 'Renamed', id },
        before: { title: 'Purchases ✨', context },
        after: { title: 'Renamed', context },
      });
      expect(deleted).toMatchObject({ ...row, action: 'postback.delete', before: { title: 'Renamed', context } });
      expect(deleted!['after']).toBeNull();
    });

    it('tells a lost write, and its end when it was found', async () => {
      const [first] = await all();
      const id = newKey();
      lose('PATCH');
      await patch(first!.id, { title: 'Renamed' }, id);
      const last = async () => (await rows(`postback:${first!.id}`)).find(({ action }) => action === 'postback.update');
      expect(await last()).toMatchObject({ outcome: 'UNKNOWN', code: 'OUTCOME_UNKNOWN' });
      await patch(first!.id, { title: 'Renamed' }, id);
      expect(await last()).toMatchObject({ outcome: 'SUCCEEDED', after: { postback: { title: 'Renamed' } } });
    });

    it('tells who was denied, and what failed', async () => {
      const other = await gateway.key({ appIds: [gateway.apps[1].id], name: 'not its app' });
      await gateway.http('delete', `${path()}/689901`, other);
      await post(aPostback({ templateId: '99', title: 'No such template' }));
      await gateway.app.get(Sealer).flush();
      const { body } = await gateway.http('get', '/v1/audit-events?outcomes=DENIED,FAILED&first=5', key);
      expect(body.data).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            action: 'postback.delete',
            outcome: 'DENIED',
            code: 'NOT_FOUND',
            keyName: 'not its app',
          }),
          expect.objectContaining({ action: 'postback.create', outcome: 'FAILED', code: 'BAD_USER_INPUT' }),
        ]),
      );
    });

    it('keeps no context in clear anywhere in the database', async () => {
      const id = newKey();
      const body = aPostback({ context: destination(SECRET_URL) });
      await post(body, id);
      lose('PATCH');
      const made = (await all()).find(({ title }) => title === aPostback().title);
      const update = newKey();
      await patch(made!.id, { context: destination(`${SECRET_URL}&v=2`) }, update);
      await patch(made!.id, { context: destination(`${SECRET_URL}&v=2`) }, update);
      await gateway.app.get(Sealer).flush();
      for (const table of ['idempotency_records', 'audit_rows', 'audit_batches']) {
        const found = await gateway.database.sql<{ text: string }>(`SELECT t::text AS text FROM ${table} t`);
        expect(found.length).toBeGreaterThan(0);
        expect(found.filter(({ text }) => text.includes(PARTNER_SECRET))).toEqual([]);
      }
      expect((await post(body, id)).body.postback.context).toEqual(destination(SECRET_URL));
    });
  });
});

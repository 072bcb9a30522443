import type { TenantContext } from '#libs/domain';
import { concluded, newRow } from './new-row.js';
import { ReadTexts } from './read-texts.js';
import { type AlikeEvent, rowText } from './row-sql.js';

const APP = '01a20edb-e810-76d4-a7c6-12ced4feb6a6';
const caller = (more: Partial<TenantContext> = {}): TenantContext => ({
  kind: 'tenant',
  tenantId: '00000000-0000-4000-8000-000000000001',
  tenantSlug: 'acme',
  tenantName: 'Acme',
  keyId: '00000000-0000-4000-8000-000000000002',
  keyName: 'a "quoted" key',
  scopes: new Set(),
  appIds: null,
  edge: 'REST',
  requestId: 'r-1',
  ...more,
});
const AT = Date.parse('2026-05-01T10:00:00.123Z');
const request = Object.freeze({ metrics: 'installs', note: 'line\u2028 "x"', apiKey: 'hush' });

const read = ({ like, own }: AlikeEvent): { id: string } =>
  ({ ...JSON.parse(like), ...JSON.parse(`{${own}}`) }) as { id: string };

/** The row as it is made from nothing, under the id that the text has. */
function expected(text: AlikeEvent, who: TenantContext, target: Parameters<typeof newRow>[3]): object {
  const row = concluded(newRow('EVENT', who, 'kpis.read', target, AT), { outcome: 'SUCCEEDED' }, {}, undefined, 12);
  return { ...(JSON.parse(rowText(row)) as object), id: read(text).id };
}

it('says what a row that is made anew says, the first time and every other', () => {
  const texts = new ReadTexts();
  const callers = [
    caller(),
    caller({ requestId: 'two "2"\u0000' }),
    caller({ keyName: 'renamed' }),
    caller({ keyId: '00000000-0000-4000-8000-000000000003' }),
    caller({ tenantId: '00000000-0000-4000-8000-000000000009' }),
    caller({ edge: 'GRAPHQL' }),
    caller(),
  ];
  const ids = new Set<string>();
  for (const who of callers) {
    for (const target of [{ request, appId: APP }, { request }, { request, appId: 'no id' }]) {
      const text = texts.textOf(who, 'kpis.read', target, AT, 12.3)!;
      expect(read(text)).toEqual(expected(text, who, target));
      expect(text.like + text.own).not.toContain('hush');
      ids.add(read(text).id);
    }
  }
  expect(ids.size).toBe(3 * callers.length);
});

it('leaves to others what may change, or says more', () => {
  const texts = new ReadTexts();
  const text = (target: object, who: Parameters<ReadTexts['textOf']>[0] = caller()): AlikeEvent | undefined =>
    texts.textOf(who, 'kpis.read', target, AT, 1);
  expect(text({ request: { open: true } })).toBeUndefined();
  expect(text({})).toBeUndefined();
  expect(text({ request: 'a text' })).toBeUndefined();
  for (const more of [
    { resource: 'report:1' },
    { vendor: 'ADJUST' },
    { before: 1 },
    { secrets: ['s'] },
    { tenantId: 't' },
  ])
    expect(text({ request, ...more })).toBeUndefined();
  expect(text({ request }, { kind: 'operator', edge: 'ADMIN', requestId: 'r' })).toBeUndefined();
});

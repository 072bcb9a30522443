import { type JsonObject, parseJson, writeJson } from '#libs/upstream-http';
import { GROUP_DATA, LINK_TEXT } from '../test/documents.js';
import { InvalidLinksRequest, patchSmartLink, type KochavaAppGroup, type KochavaSmartLinkPatch } from './index.js';
import { asObject, readGroup } from './wire.js';

const DOCUMENT = parseJson(LINK_TEXT) as JsonObject;
const GROUP: KochavaAppGroup = readGroup(asObject(GROUP_DATA));
const IOS_ROUTE = '9007199254740993';
const WEB_ROUTE = '13034035381';

/** The patched text, after what it said before was put back in place of `changes`. */
function patched(patch: KochavaSmartLinkPatch): string {
  const before = writeJson(DOCUMENT);
  const after = writeJson(patchSmartLink(DOCUMENT, patch, GROUP));
  expect(writeJson(DOCUMENT)).toBe(before);
  return after;
}
const problemsOf = (patch: unknown): string[] => {
  try {
    patchSmartLink(DOCUMENT, patch as KochavaSmartLinkPatch, GROUP);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidLinksRequest)) throw error;
    return error.problems.map(({ parameter }) => parameter);
  }
};

it.each([
  ['name', { name: 'New' }, '"name":"My SmartLink Name"', '"name":"New"'],
  ['path', { path: 'myApp://checkout' }, '"path":"myApp://"', '"path":"myApp://checkout"'],
  ['no path', { path: null }, '"path":"myApp://"', '"path":null'],
  [
    'an existing campaign',
    { campaign: { id: '9007199254740993' } },
    '"app_group_campaign_id":5221,"app_group_campaign_name":"New Campaign Name"',
    '"app_group_campaign_id":9007199254740993,"app_group_campaign_name":null',
  ],
  [
    'a new campaign',
    { campaign: { name: 'Fresh' } },
    '"app_group_campaign_id":5221,"app_group_campaign_name":"New Campaign Name"',
    '"app_group_campaign_id":null,"app_group_campaign_name":"Fresh"',
  ],
  ['a price', { networkPrice: 2.5 }, '"network_price":0.990', '"network_price":2.5'],
  [
    'no pricing, and the price with it',
    { networkPricing: null },
    '"network_pricing":"cpi","network_price":0.990',
    '"network_pricing":null,"network_price":null',
  ],
  [
    'a pricing in capitals',
    { networkPricing: 'CPM', networkPrice: 1 },
    '"cpi","network_price":0.990',
    '"cpm","network_price":1',
  ],
  ['no parameters', { customParams: null }, '[{"key":"example_key_1","value":"example_value_1"}]', '[]'],
  [
    'the catch-all of the same app',
    { default: { kochavaAppId: '24171', destinationUrl: 'https://new.example/' } },
    '"app_id":24171,"destination_url":"https://www.mywebsitedestination.com/"',
    '"app_id":24171,"destination_url":"https://new.example/"',
  ],
  ['events', { routesByApp: [{ kochavaAppId: '38581', events: ['A', 'B'] }] }, '["Trial Page Visit"]', '["A","B"]'],
  [
    'a route of a native link',
    { routesByApp: [{ kochavaAppId: '24171', routes: [{ id: IOS_ROUTE, destinationUrl: 'itms-apps://x' }] }] },
    'https://apps.apple.com/us/app/myapp/id123456789',
    'itms-apps://x',
  ],
  [
    'a route without a deep link',
    { routesByApp: [{ kochavaAppId: '38581', routes: [{ id: WEB_ROUTE, reengagementUrl: null }] }] },
    '"reengagement_url":"myApp://web"',
    '"reengagement_url":null',
  ],
] as const)('changes %s and not one other byte', (_name, patch, before, after) => {
  expect(LINK_TEXT.split(before)).toHaveLength(2);
  expect(patched(patch)).toBe(LINK_TEXT.replace(before, after));
});

it('adds the agency, which Kochava does not tell', () => {
  expect(patched({ agencyNetworkId: '234' })).toBe(`${LINK_TEXT.slice(0, -1)},"agency_network_id":234}`);
  expect(patched({ agencyNetworkId: null })).toBe(`${LINK_TEXT.slice(0, -1)},"agency_network_id":null}`);
});

it('gives the catch-all to another app without what was told of the first, and keeps its id', () => {
  const document = patchSmartLink(DOCUMENT, {
    default: { kochavaAppId: '38581', destinationUrl: 'https://x.example/' },
  });
  const { id, legacy_tracker_id } = DOCUMENT.default as JsonObject;
  expect(document.default).toMatchObject({ id, legacy_tracker_id, destination_url: 'https://x.example/' });
  expect(Object.keys(document.default as JsonObject)).not.toEqual(expect.arrayContaining(['app_guid']));
});

it('keeps the spelling that a route has', () => {
  const typo = parseJson(LINK_TEXT.replace('reengagement_url', 'reenagement_url')) as JsonObject;
  const routes = [{ id: WEB_ROUTE, reengagementUrl: 'myApp://new' }];
  const text = writeJson(patchSmartLink(typo, { routesByApp: [{ kochavaAppId: '38581', routes }] }));
  expect(text).toContain('"reenagement_url":"myApp://new"');
  expect(text).not.toContain('reengagement_url');
});

it.each([
  ['nothing at all', {}, ['patch']],
  ['nothing but absent fields', { name: undefined }, ['patch']],
  ['no name', { name: null }, ['name']],
  ['a blank name', { name: ' ' }, ['name']],
  ['a path that runs', { path: 'javascript:alert(1)' }, ['path']],
  ['an agency that is no number', { agencyNetworkId: 'x' }, ['agencyNetworkId']],
  ['a campaign that is no number', { campaign: { id: 'x' } }, ['campaign.id']],
  ['both campaigns', { campaign: { id: '1', name: 'x' } }, ['campaign']],
  ['no campaign', { campaign: null }, ['campaign']],
  ['a pricing that is none', { networkPricing: 'cpx' }, ['networkPricing']],
  ['a price below 0', { networkPrice: -1 }, ['networkPrice']],
  ['a price without a model', { networkPricing: null, networkPrice: 1 }, ['networkPrice']],
  [
    'parameters twice',
    {
      customParams: [
        { key: 'a', value: '1' },
        { key: 'a', value: '2' },
      ],
    },
    ['customParams'],
  ],
  ['a parameter without a key', { customParams: [{ key: '', value: '1' }] }, ['customParams.0.key']],
  [
    'a catch-all outside the group that is no page',
    { default: { kochavaAppId: '9', destinationUrl: 'myApp://' } },
    ['default.destinationUrl', 'default.kochavaAppId'],
  ],
  ['no catch-all', { default: null }, ['default.kochavaAppId', 'default.destinationUrl']],
  ['no routes', { routesByApp: null }, ['routesByApp']],
  [
    'an app that is not in the link',
    { routesByApp: [{ kochavaAppId: '15', events: [] }] },
    ['routesByApp.0.kochavaAppId', 'routesByApp.0.kochavaAppId'],
  ],
  ['an event twice', { routesByApp: [{ kochavaAppId: '24171', events: ['A', 'A'] }] }, ['routesByApp.0.events']],
  [
    'a route of another app',
    { routesByApp: [{ kochavaAppId: '24171', routes: [{ id: WEB_ROUTE, name: 'x' }] }] },
    ['routesByApp.0.routes.0.id'],
  ],
  [
    'a deep link of a native route, and a destination that opens no store',
    {
      routesByApp: [
        { kochavaAppId: '38581', routes: [{ id: WEB_ROUTE, destinationUrl: 'myApp://', reengagementUrl: 'data:x' }] },
        { kochavaAppId: '24171', routes: [{ id: IOS_ROUTE, reengagementUrl: 'myApp://' }] },
      ],
    },
    [
      'routesByApp.0.routes.0.destinationUrl',
      'routesByApp.0.routes.0.reengagementUrl',
      'routesByApp.1.routes.0.reengagementUrl',
    ],
  ],
])('refuses %s', (_name, patch, parameters) => expect(problemsOf(patch)).toEqual(parameters));

it('refuses a path where no route has a native link', () => {
  const plain = parseJson(LINK_TEXT.replace(',"native_link":"ios"', '')) as JsonObject;
  expect(() => patchSmartLink(plain, { path: 'myApp://' })).toThrow('path:');
});

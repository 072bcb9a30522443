import { GROUP_DATA } from '../test/documents.js';
import { createSmartLinkBody } from './create-smart-link.js';
import { smartLinkProblems, type NewKochavaSmartLink } from './index.js';
import { asObject, readGroup } from './wire.js';

const GROUP = readGroup(asObject(GROUP_DATA));

const NEW: NewKochavaSmartLink = {
  appGroupId: '4833',
  name: 'My SmartLink Name',
  networkId: '3881',
  campaign: { id: '5181' },
  networkPricing: 'CPI',
  networkPrice: 0.99,
  channelType: 'OWNED',
  customParams: [{ key: 'k', value: 'v' }],
  default: { kochavaAppId: '38581', destinationUrl: 'https://www.mywebsitedestination.com/' },
  routesByApp: [
    {
      kochavaAppId: '24171',
      events: ['_Install'],
      routes: [
        {
          name: 'iOS',
          destinationUrl: 'https://apps.apple.com/us/app/myapp/id123456789',
          reengagementUrl: 'myApp://',
          platforms: ['IOS'],
        },
      ],
    },
    {
      kochavaAppId: '38581',
      events: [],
      routes: [{ name: 'Web', destinationUrl: 'https://www.mywebsitedestination.com/', platforms: ['WEB'] }],
    },
  ],
};
const [IOS, WEB] = NEW.routesByApp as [
  NewKochavaSmartLink['routesByApp'][number],
  NewKochavaSmartLink['routesByApp'][number],
];
const route = (over: object) => ({ ...IOS, routes: [{ ...IOS.routes[0]!, ...over }] });
const withIos = (over: object): Partial<NewKochavaSmartLink> => ({ routesByApp: [route(over), WEB] });

it('writes the body of the document', () => {
  expect(smartLinkProblems(NEW, GROUP)).toEqual([]);
  expect(JSON.parse(createSmartLinkBody(NEW))).toEqual({
    app_group_id: 4833,
    network_id: 3881,
    agency_network_id: null,
    app_group_campaign_id: 5181,
    app_group_campaign_name: null,
    network_pricing: 'cpi',
    network_price: 0.99,
    custom_params: [{ key: 'k', value: 'v' }],
    name: 'My SmartLink Name',
    channel_type: 'owned',
    default: { app_id: 38581, destination_url: 'https://www.mywebsitedestination.com/' },
    routes_by_app: [
      {
        app_id: 24171,
        events: ['_Install'],
        routes: [
          {
            name: 'iOS',
            destination_url: 'https://apps.apple.com/us/app/myapp/id123456789',
            reengagement_url: 'myApp://',
            rules: { platform_in: ['iOS'] },
          },
        ],
      },
      {
        app_id: 38581,
        events: [],
        routes: [
          { name: 'Web', destination_url: 'https://www.mywebsitedestination.com/', rules: { platform_in: ['Web'] } },
        ],
      },
    ],
  });
});

it('writes native links without rules, with subdomain and path', () => {
  const native = { ...NEW, subdomain: 'boss', path: 'myApp://', campaign: { name: 'New' }, agencyNetworkId: '234' };
  const request = { ...native, ...withIos({ nativeLink: 'IOS', platforms: null, reengagementUrl: null }) };
  expect(smartLinkProblems(request, GROUP)).toEqual([]);
  const body = JSON.parse(createSmartLinkBody(request)) as { routes_by_app: { routes: object[] }[] };
  expect(body).toMatchObject({
    subdomain: 'boss',
    path: 'myApp://',
    agency_network_id: 234,
    app_group_campaign_id: null,
    app_group_campaign_name: 'New',
  });
  expect(body.routes_by_app[0]!.routes[0]).toEqual({
    name: 'iOS',
    destination_url: 'https://apps.apple.com/us/app/myapp/id123456789',
    native_link: 'ios',
  });
});

const at = 'routesByApp.0.routes.0';
it.each<[string, Partial<NewKochavaSmartLink>, string[]]>([
  [
    'ids that are none',
    { appGroupId: 'x', networkId: '', agencyNetworkId: '1.5' },
    ['appGroupId', 'networkId', 'agencyNetworkId'],
  ],
  ['a blank name', { name: '' }, ['name']],
  ['a subdomain with a dot', { subdomain: 'evil.example' }, ['subdomain']],
  ['a path without native links', { path: 'myApp://' }, ['path']],
  ['no campaign', { campaign: {} as never }, ['campaign']],
  ['both campaigns', { campaign: { id: '1', name: 'x' } as never }, ['campaign']],
  ['a price without a model', { networkPricing: null }, ['networkPrice']],
  ['a price below 0', { networkPrice: -0.01 }, ['networkPrice']],
  ['a price that is none', { networkPrice: NaN }, ['networkPrice']],
  ['a model that is none', { networkPricing: 'cpx' }, ['networkPricing']],
  ['a channel that is none', { channelType: 'rented' }, ['channelType']],
  [
    'a catch-all outside the group',
    { default: { kochavaAppId: '7', destinationUrl: 'https://a.example' } },
    ['default.kochavaAppId'],
  ],
  [
    'a catch-all that runs',
    { default: { kochavaAppId: '38581', destinationUrl: 'javascript:alert(1)' } },
    ['default.destinationUrl'],
  ],
  [
    'a catch-all that is a deep link',
    { default: { kochavaAppId: '38581', destinationUrl: 'myApp://' } },
    ['default.destinationUrl'],
  ],
  ['an app twice', { routesByApp: [IOS, IOS] }, ['routesByApp']],
  ['an app outside the group', { routesByApp: [{ ...IOS, kochavaAppId: '7' }] }, ['routesByApp.0.kochavaAppId']],
  [
    'a platform that has no routes',
    { routesByApp: [{ ...route({ platforms: ['Roku'] }), kochavaAppId: '15' }] },
    [`${at}.platforms.0`, 'routesByApp.0.kochavaAppId'],
  ],
  ['a platform of another app', withIos({ platforms: ['Android'] }), [`${at}.platforms`]],
  ['no platform', withIos({ platforms: [] }), [`${at}.platforms`]],
  ['no routes', { routesByApp: [{ ...IOS, routes: [] }] }, ['routesByApp.0.routes']],
  ['a blank event', { routesByApp: [{ ...IOS, events: [''] }] }, ['routesByApp.0.events.0']],
  ['a route without a name', withIos({ name: '' }), [`${at}.name`]],
  ['a deep link for those without the app', withIos({ destinationUrl: 'myApp://' }), [`${at}.destinationUrl`]],
  ['a re-engagement that runs', withIos({ reengagementUrl: 'java\tscript:alert(1)' }), [`${at}.reengagementUrl`]],
  ['a URL with a password', withIos({ destinationUrl: 'https://a:b@c.example' }), [`${at}.destinationUrl`]],
  [
    'a native link of another platform',
    withIos({ nativeLink: 'android', platforms: null, reengagementUrl: null }),
    [`${at}.nativeLink`],
  ],
  [
    'a native link with a deep link of its own',
    withIos({ nativeLink: 'ios', platforms: null }),
    [`${at}.reengagementUrl`],
  ],
])('refuses %s', (_name, over, parameters) => {
  const request = { ...NEW, ...over };
  expect(smartLinkProblems(request, GROUP).map(({ parameter }) => parameter)).toEqual(parameters);
});

it('takes links to stores by their own schemes', () => {
  for (const destinationUrl of [
    'market://details?id=a',
    'itms-apps://apps.apple.com/app/id1',
    'http://a.example/?x={click_id}',
  ]) {
    expect(smartLinkProblems({ ...NEW, ...withIos({ destinationUrl }) }, GROUP)).toEqual([]);
  }
});

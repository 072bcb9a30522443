import { DEMO_LINKS_KEY } from '../apps/sandbox/src/index.js';
import { ACCOUNT, ANDROID, FREE_APPS, IOS, useSmartLinks, WEB } from './support/smart-links.js';
import { clientSend, seen } from './support/vendor-door.js';

/** The sandbox's: the group Orbit Runner, its first campaign, its first link. */
const [GROUP, CAMPAIGN, LINK] = [4833, 5181, 102_701];

type Question = [method: string, path: string, body?: unknown];

const NEW_LINK = {
  app_group_id: GROUP,
  network_id: 34,
  agency_network_id: null,
  app_group_campaign_id: CAMPAIGN,
  app_group_campaign_name: null,
  network_pricing: 'CPI',
  network_price: 0.5,
  custom_params: [{ key: 'utm_source', value: 'ü&c' }],
  name: 'Winter ❄',
  channel_type: 'paid',
  default: { app_id: Number(WEB), destination_url: 'https://www.orbitrunner.example/winter' },
  routes_by_app: [
    {
      app_id: Number(IOS),
      events: ['_Install'],
      routes: [
        {
          name: 'iOS',
          destination_url: 'https://apps.apple.com/us/app/x/id1',
          reenagement_url: 'orbit://w',
          rules: { platform_in: ['iOS'] },
        },
      ],
    },
  ],
};

const QUESTIONS: Question[] = [
  ['GET', '/v1/groups'],
  [
    'GET',
    '/v1/groups?is_active=true&search=orbit&page=1&page_size=10&sort=name&platform=android%2Cios&has_write_access=1',
  ],
  ['GET', `/v1/groups?account=${ACCOUNT}&page=2&page_size=5`],
  ['GET', '/v1/groups?sort=nonsense'],
  ['GET', `/v1/groups/${GROUP}`],
  ['GET', '/v1/groups/99999'],
  ['GET', `/v1/groups/${GROUP}/subdomains`],
  ['GET', `/v1/groups/${GROUP}/campaigns`],
  ['GET', `/v1/groups/${GROUP}/campaigns?is_deleted`],
  ['GET', '/v1/advertisers?has_write_access=true'],
  ['GET', '/v1/agency_networks'],
  ['GET', '/v1/networks'],
  ['GET', `/v1/networks?vppn_app_id=${IOS}%2C${ANDROID}`],
  ['GET', `/v1/networks?vppn_app_id=${IOS}`],
  ['GET', '/v1/links'],
  [
    'GET',
    `/v1/links?app_group_id=${GROUP}%2C1&advertiser_account_id=${ACCOUNT}&is_active=true&search=inmobi&page_size=3`,
  ],
  ['GET', '/v1/links?page=2'],
  ['GET', `/v1/links/${LINK}`],
  ['GET', `/v1/links/${LINK}/qr`],
  ['GET', `/v1/links/${LINK}/qr?format=svg&size=-3`],
  ['GET', `/v1/links/${LINK}/qr?format=jpg&size=200`],
  ['GET', `/v1/links/${LINK}/qr?size=x`],
  ['POST', '/v1/links/check/name', { app_group_id: GROUP, name: 'Nobody has it' }],
  ['POST', '/v1/links/check/name', { app_group_id: GROUP, name: 'Podcast' }],
  ['POST', `/v1/groups/${GROUP}/campaigns/check`, { name: 'Creators' }],
  ['POST', '/v1/groups', { name: 'Größer', account_id: Number(ACCOUNT), is_active: true, apps: [FREE_APPS[0]!.id] }],
  ['POST', '/v1/groups', { name: 'Taken', account_id: Number(ACCOUNT), apps: [Number(IOS)] }],
  ['POST', '/v1/groups', { name: 'None', account_id: Number(ACCOUNT) }],
  ['PUT', `/v1/groups/${GROUP}`, { name: 'Orbit', apps: [IOS, ANDROID, WEB].map(Number) }],
  ['PUT', `/v1/groups/${GROUP}`, { name: 'Orbit' }],
  ['PUT', `/v1/groups/${GROUP}/archive`],
  ['PUT', `/v1/groups/${GROUP + 3}/archive`, {}],
  ['POST', `/v1/groups/${GROUP}/campaigns?`, { name: 'Winter' }],
  ['POST', `/v1/groups/${GROUP}/campaigns/${CAMPAIGN}`],
  ['POST', `/v1/groups/${GROUP}/campaigns/${CAMPAIGN}`, { name: 'Spring' }],
  ['PUT', `/v1/groups/${GROUP}/campaigns/${CAMPAIGN}`, { id: CAMPAIGN, app_group_id: GROUP, name: 'Spring' }],
  ['POST', '/v1/links', NEW_LINK],
  ['POST', '/v1/links', { ...NEW_LINK, network_pricing: 0.5, network_price: 'CPI' }],
  ['POST', '/v1/links', { ...NEW_LINK, app_group_campaign_id: null, app_group_campaign_name: 'Winter' }],
  ['POST', '/v1/links', { ...NEW_LINK, network_id: 1 }],
  ['POST', '/v1/links', {}],
  ['PUT', `/v1/links/${LINK}`, { id: LINK, name: 'Another' }],
  ['PUT', `/v1/links/${LINK}`, { status: 200, is_agency: false, data: { id: LINK, name: 'Another' } }],
  ['PUT', `/v1/links/${LINK}/archive`],
];

describe('Kochava’s Links API at the gateway', () => {
  const gateway = useSmartLinks();
  let key: string;
  let listed: string;
  beforeAll(async () => {
    const free = await gateway.adopt(FREE_APPS[0]!.id);
    const web = await gateway.adopt(WEB);
    key = await gateway.key();
    listed = await gateway.key({ appIds: [...gateway.apps.map(({ id }) => id), web.id, free.id] });
  });

  const ask = (base: string, credential: string, [method, path, body]: Question) =>
    clientSend(base, method, path, body === undefined ? undefined : JSON.stringify(body), {
      'Authentication-Key': credential,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    });
  const atGateway = ([method, path, body]: Question, as = key) =>
    ask(gateway.url, as, [method, `/vendor/kochava-links${path}`, body]);
  const atKochava = (question: Question) => ask(gateway.sandbox.url, DEMO_LINKS_KEY.key, question);
  /** Dates are the moment's. */
  const calm = ({ bytes }: { bytes: Buffer }) =>
    bytes.toString('latin1').replaceAll(/"(created|last_updated)_dttm":\d+/g, '"$1_dttm":0');

  it.each(QUESTIONS)('answers to the byte as Kochava does: %s %s', async (...question) => {
    const theirs = await atKochava(question);
    gateway.sandbox.reset();
    const ours = await atGateway(question);
    expect({ ...seen(ours), text: calm(ours) }).toEqual({ ...seen(theirs), text: calm(theirs) });
    expect(theirs.bytes.length).toBeGreaterThan(0);
  });

  /** All of them but lists, which are another key's, another group, and a body that names nothing. */
  const ofListed = QUESTIONS.filter(
    ([method, path, body]) =>
      !/^\/v1\/(groups|links|networks)(\?(?!vppn)|$)|\/4836/.test(method === 'GET' ? path : `${path}/`) &&
      JSON.stringify(body) !== '{}',
  );

  it.each(ofListed)('answers a key to whose list everything belongs as any other: %s %s', async (...question) => {
    const theirs = await atKochava(question);
    gateway.sandbox.reset();
    const ours = await atGateway(question, listed);
    expect({ ...seen(ours), text: calm(ours) }).toEqual({ ...seen(theirs), text: calm(theirs) });
  });

  it('takes the whole answer to a GET as an update', async () => {
    const { text } = await atGateway(['GET', `/v1/links/${LINK}`]);
    for (const as of [key, listed]) {
      const answer = await atGateway(['PUT', `/v1/links/${LINK}`, JSON.parse(text)], as);
      expect([answer.status, JSON.parse(answer.text).data.default.id]).toEqual([200, JSON.parse(text).data.default.id]);
    }
  });
});

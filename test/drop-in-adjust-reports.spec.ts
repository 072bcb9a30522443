import { CredentialVault } from '#libs/tenancy';
import { DEMO_USER, ORBIT_RUNNER_ANDROID, ORBIT_RUNNER_IOS } from '../apps/sandbox/src/index.js';
import { useGateway } from './support/gateway.js';
import { clientGet, seen } from './support/vendor-door.js';

const IOS = ORBIT_RUNNER_IOS.token;
const ANDROID = ORBIT_RUNNER_ANDROID.token;
const DAYS = 'date_period=2026-01-01:2026-01-03';
const APPS = `app_token__in=${IOS},${ANDROID}`;
const REPORT = `/report?${APPS}&${DAYS}`;

/** Paths under the service, as Adjust's clients send them. */
const QUESTIONS = [
  `${REPORT}&dimensions=app_token,day,country_code&metrics=installs,clicks,sessions`,
  `${REPORT}&dimensions=day&metrics=installs,revenue&utc_offset=%2B01:00&format_dates=false`,
  `${REPORT}&dimensions=day&metrics=installs&utc_offset=+01:00`,
  `/report?app_token__in="${IOS}","${ANDROID}"&${DAYS}&dimensions=app&metrics=installs`,
  `/report?app_token__in=%22${IOS}%22%2C%20${ANDROID}&${DAYS}&dimensions=app&metrics=installs`,
  `/report?app_token__in=${IOS}&date_period=-3d:-1d&dimensions=day&metrics=daus,cost&ad_spend_mode=network`,
  `${REPORT}&dimensions=network&metrics=installs&network__in="Smith,+Jones+%26+Co",Organic&sort=-installs`,
  `${REPORT}&dimensions=channel,campaign_network&metrics=network_cost&channel_id__in="partner_34",190&os_names=ios`,
  `${REPORT}&dimensions=network&metrics=cohort_size_d1,retained_users_d1,roas_d7&cohort_maturity=mature`,
  `${REPORT}&dimensions=day&metrics=tutorial%20complete_events,purchase_revenue&attribution_types=click,engaged_ad`,
  `${REPORT}&dimensions=day&dimensions=app&metrics=installs&metrics=sessions`,
  `${REPORT}&dimensions=app&metrics=installs&store_id__in=x&app_token__not_in=${ANDROID}&app__contains=orbit`,
  `${REPORT}&dimensions=country&metrics=installs&limit=2&installs__gt=3&full_data=true&country__column=x`,
  `${REPORT}&dimensions=app&metrics=iap_revenue`,
  `${REPORT}&dimensions=app`,
  `${REPORT}&dimensions=tracker&metrics=installs`,
  `/report?${APPS}&date_period=last_7_days&dimensions=app&metrics=installs`,
  `/report?${APPS}&date_period=2035-01-01:2035-01-01&dimensions=app&metrics=installs`,
  `/csv_report?${APPS}&${DAYS}&dimensions=app,network&metrics=installs,revenue&readable_names=true`,
  `/csv_report?${APPS}&${DAYS}&dimensions=app&metrics=nonsense`,
  `/csv_report?${APPS}&date_period=2035-01-01:2035-01-01&dimensions=app&metrics=installs`,
  `/pivot_report?${APPS}&${DAYS}&dimensions=app,os_name&metrics=installs&index=app`,
  `/pivot_report?${APPS}&${DAYS}&dimensions=app&metrics=installs`,
  `/pivot_report?${APPS}&${DAYS}&dimensions=app&metrics=installs&index=app&drilldown=channel:34`,
  `/parquet_report?${APPS}&${DAYS}&dimensions=app&metrics=installs`,
  `/filters_data?required_filters=apps,networks,dimensions&${APPS}`,
  `/filters_data?required_filters=overview_metrics,cost_metrics&section=cost&${APPS}`,
  `/filters_data?required_filters=partner&${APPS}`,
  `/events?${APPS}`,
  `/events?app_token__in=${IOS}&tokens_mapping=true&events__contains=purchase`,
  `/events?app_token__in=${IOS}&tokens_mapping=false`,
];

describe('Adjust’s Report Service at the gateway', () => {
  const gateway = useGateway();
  let key: string;
  beforeAll(async () => {
    key = await gateway.key();
    await gateway.app.get(CredentialVault).put(gateway.tenant.id, 'adjust-reports', DEMO_USER.token);
  });
  beforeEach(() => gateway.sandbox.reset());

  const atAdjust = (path: string) =>
    clientGet(gateway.sandbox.url, path, { authorization: `Bearer ${DEMO_USER.token}` });
  const atDoor = (path: string) =>
    clientGet(gateway.url, `/vendor/adjust-reports${path}`, { authorization: `Bearer ${key}` });

  it.each(QUESTIONS)('answers to the byte as Adjust does: %s', async (question) => {
    const theirs = await atAdjust(`/reports-service${question}`);
    const ours = await atDoor(`/reports-service${question}`);
    expect(seen(ours)).toEqual(seen(theirs));
    expect(theirs.text === '').toBe(theirs.status === 204);
  });

  it('answers at the older address too, which is asked where the service is now', async () => {
    const question = `${REPORT}&dimensions=app&metrics=installs`;
    const theirs = await atAdjust(`/control-center/reports-service${question}`);
    gateway.sandbox.reset();
    const ours = await atDoor(`/control-center/reports-service${question}`);
    expect([theirs.status, seen(ours)]).toEqual([200, seen(theirs)]);
    expect(gateway.sandbox.requests.map(({ path }) => path)).toEqual(['/reports-service/report']);
  });

  it('hands on the account that is meant, and no other header', async () => {
    const headers = { authorization: `Bearer ${key}`, 'x-account-id': '4711', 'x-source': 'x', cookie: 'a=b' };
    await clientGet(gateway.url, `/vendor/adjust-reports/reports-service/events?${APPS}`, headers);
    const [sent] = gateway.sandbox.requests;
    expect(sent!.headers).toMatchObject({ authorization: `Bearer ${DEMO_USER.token}`, 'x-account-id': '4711' });
    expect(sent!.headers).not.toHaveProperty('x-source');
    expect(sent!.headers).not.toHaveProperty('cookie');
  });

  it('leads to further pages by this door, whatever the vendor’s address', async () => {
    const { url } = gateway.sandbox;
    const here = `${gateway.url}/vendor/adjust-reports`;
    const answer = (next: string): string =>
      `{"rows":[{"campaign":"Größe ${'x'.repeat(2000)}"}],"pagination":{"next":${next}}}`;
    for (const [theirs, ours] of [
      [`"${url}/reports-service/report?page=2"`, `"${here}/reports-service/report?page=2"`],
      [
        `"${url}/control-center/reports-service/report?page=2"`,
        `"${here}/control-center/reports-service/report?page=2"`,
      ],
      [`"${url.replaceAll('/', '\\/')}\\/reports-service\\/report"`, `"${here}\\/reports-service\\/report"`],
      ['null', 'null'],
      ['"https://elsewhere.example/reports-service/report"', '"https://elsewhere.example/reports-service/report"'],
    ] as const) {
      gateway.sandbox.reset();
      gateway.sandbox.misbehave({ do: { kind: 'malformed', body: answer(theirs) } });
      expect((await atDoor(`/reports-service${REPORT}&dimensions=app&metrics=installs`)).text).toBe(answer(ours));
      // What comes next is the caller's to ask for.
      expect(gateway.sandbox.requests).toHaveLength(1);
    }
  });
});

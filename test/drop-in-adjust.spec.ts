import { DEMO_USER, ORBIT_RUNNER_ANDROID, ORBIT_RUNNER_IOS, SMALL_APPS } from '../apps/sandbox/src/index.js';
import { AppRegistry } from '#libs/tenancy';
import { useGateway } from './support/gateway.js';
import { clientGet, seen } from './support/vendor-door.js';

const IOS = ORBIT_RUNNER_IOS.token;
const ANDROID = ORBIT_RUNNER_ANDROID.token;
const DAYS = 'start_date=2026-01-01&end_date=2026-01-03';
const event = ORBIT_RUNNER_IOS.events[0]!.token;

/** `KEY` stands for the credential: Adjust's own at Adjust, a gateway key at the gateway. */
type Question = [path: string, headers?: Record<string, string>];
const inHeader = { authorization: 'Token token=KEY' };

const QUESTIONS: Question[] = [
  [`/kpis/v1/${IOS}?${DAYS}&user_token=KEY`],
  [`/kpis/v1/${IOS}?user_token=KEY&${DAYS}&kpis=sessions,installs&countries=de,gb`],
  [`/kpis/v1/${IOS}?${DAYS}`, inHeader],
  [`/kpis/v1/${IOS}?${DAYS}`, { authorization: 'Token token="KEY"' }],
  [`/kpis/v1/${IOS}?${DAYS}`, { authorization: 'Token KEY' }],
  [`/kpis/v1/${IOS}?${DAYS}`, { authorization: 'Bearer KEY' }],
  [`/kpis/v1/${IOS}.csv?${DAYS}&kpis=installs`, inHeader],
  [`/kpis/v1/${IOS}.json?${DAYS}&kpis=installs`, { ...inHeader, accept: 'text/csv' }],
  [`/kpis/v1/${IOS}?${DAYS}&kpis=installs`, { ...inHeader, accept: 'text/csv' }],
  [`/kpis/v1/${IOS}?${DAYS}&kpis=installs`, { ...inHeader, 'content-type': 'application/json' }],
  [`/kpis/v1/${IOS.toUpperCase()}?${DAYS}`, inHeader],
  [`/kpis/v1/${IOS},${ANDROID}?${DAYS}&grouping=apps,networks`, inHeader],
  [`/kpis/v1/${IOS}%2C${ANDROID}.csv?${DAYS}&grouping=apps,%20days`, inHeader],
  [`/kpis/v1?app_tokens=${IOS},${ANDROID}&${DAYS}&kpis=installs,sessions`, inHeader],
  [`/kpis/v1.csv?app_tokens=${IOS}%2C%20${ANDROID}&${DAYS}`, inHeader],
  [`/kpis/v1?app_tokens=${IOS}&${DAYS}`, inHeader],
  [`/kpis/v1/${IOS}/events?${DAYS}&kpis=revenue,events&grouping=trackers,weeks,events`, inHeader],
  [`/kpis/v1/${IOS}/events.csv?${DAYS}&events=${event}`, inHeader],
  [`/kpis/v1/${IOS}/cohorts?${DAYS}&kpis=sessions&grouping=trackers,periods&period=week`, inHeader],
  [`/kpis/v1/${IOS},${ANDROID}/cohorts.csv?${DAYS}&kpis=sessions&cohort_period_filter=0%20-%203`, inHeader],
  [`/kpis/v1/${IOS}?${DAYS}&kpis=clicks&event_kpis=all_events|revenue`, inHeader],
  [`/kpis/v1/${IOS}?${DAYS}&utc_offset=+02:00&kpis=`, inHeader],
  [`/kpis/v1/${IOS}?${DAYS}&utc_offset=%2B02%3A00`, inHeader],
  [`/kpis/v1/${IOS}?&${DAYS}&Accept=text/csv&Content-Type=application/json&timezone_id=3`, inHeader],
  [`/kpis/v1/${IOS}?${DAYS}&kpis=installs&kpis=sessions`, inHeader],
  [`/kpis/v1/${IOS}.csv?${DAYS}&human_readable_kpis=TRUE&kpis=installs,daus`, inHeader],
  [`/kpis/v1/${IOS}?start_date=2026-01-05&end_date=2026-01-03`, inHeader],
  [`/kpis/v1/${IOS}.csv?${DAYS}&kpis=nonsense`, inHeader],
  [`/kpis/v1/${IOS}?${DAYS}&countries=xx&regions=+EMEA`, inHeader],
  [`/kpis/v1/${IOS}/trackers/nosuch?${DAYS}`, inHeader],
  [`/kpis/v1/${IOS},${ANDROID}/trackers/nosuch?${DAYS}`, inHeader],
];

describe('Adjust’s KPI Service at the gateway', () => {
  const gateway = useGateway();
  let key: string;
  beforeAll(async () => {
    key = await gateway.key();
  });
  beforeEach(() => gateway.sandbox.reset());

  const ask = (base: string, credential: string, [path, headers = {}]: Question) => {
    const put = (text: string): string => text.replace('KEY', credential);
    return clientGet(
      base,
      put(path),
      Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, put(value)])),
    );
  };
  const atAdjust = (question: Question) => ask(gateway.sandbox.url, DEMO_USER.token, question);

  it.each(QUESTIONS)('answers to the byte as Adjust does: %s %j', async (path, headers = {}) => {
    const theirs = await atAdjust([path, headers]);
    const under = await ask(`${gateway.url}`, key, [`/vendor/adjust${path}`, headers]);
    expect(seen(under)).toEqual(seen(theirs));
    expect(theirs.text).not.toBe('');
    const atRoot = await ask(gateway.url, key, [path, headers]);
    expect(seen(atRoot)).toEqual(seen(theirs));
  });

  it('answers by tracker as Adjust does', async () => {
    const { text } = await atAdjust([`/kpis/v1/${IOS}?${DAYS}`, inHeader]);
    const [first, second] = JSON.parse(text).result_parameters.trackers as { token: string }[];
    for (const rest of [
      `/trackers/${first!.token}.csv?`,
      `/trackers/${first!.token}/events?`,
      `/trackers/${first!.token},${second!.token}/cohorts?`,
      `?tracker_filter=${first!.token}&grouping=network,campaign&`,
    ]) {
      const question: Question = [`/kpis/v1/${IOS}${rest}${DAYS}`, inHeader];
      const theirs = await atAdjust(question);
      expect([theirs.status, seen(await ask(gateway.url, key, question))]).toEqual([200, seen(theirs)]);
    }
  });

  it('takes fifty apps in one path', async () => {
    const tokens = SMALL_APPS.map(({ token }) => token);
    const registry = gateway.app.get(AppRegistry);
    for (const { token, name } of SMALL_APPS) {
      await registry.create(gateway.tenant.id, { name, platform: 'IOS', adjustToken: token });
    }
    const question: Question = [`/kpis/v1/${tokens.join(',')}.csv?${DAYS}&kpis=installs`, inHeader];
    const theirs = await atAdjust(question);
    expect([theirs.status, seen(await ask(gateway.url, key, question))]).toEqual([200, seen(theirs)]);
  });
});

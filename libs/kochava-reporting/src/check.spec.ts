import {
  InvalidKochavaReportingRequest,
  KochavaReportClient,
  KochavaScheduleClient,
  type DetailContent,
  type DetailTraffic,
  type ReportRequest,
  type ScheduleRequest,
  type SummaryContent,
} from './index.js';
import { answering, closeAll, credentialOf, upstream } from '../test/rig.js';

const ME = credentialOf('key');
const WINDOW = { start: 1450000000, end: 1450700000 };
const summary = (over: Partial<SummaryContent> = {}, request: Partial<ReportRequest> = {}): ReportRequest => ({
  appGuid: 'app',
  window: WINDOW,
  content: { kind: 'summary', traffic: ['install'], grouping: ['network'], timeSeries: 24, timeZone: 'UTC', ...over },
  ...request,
});
const detail = (traffic: DetailTraffic[], over: Partial<DetailContent> = {}): ReportRequest => ({
  appGuid: 'app',
  window: WINDOW,
  content: { kind: 'detail', traffic, timeZone: 'UTC', ...over },
});
const other = (content: ReportRequest['content'], request: Partial<ReportRequest> = {}): ReportRequest => ({
  appGuid: 'app',
  window: WINDOW,
  content,
  ...request,
});
const secret = (value: string) => ({ reveal: () => value });

afterEach(closeAll);

/** The parameters that are named as wrong; nothing may have been sent then. */
async function refused(request: ReportRequest): Promise<string[]> {
  const { url, received } = await answering({ status: 'queued', report_token: '5' });
  const error: unknown = await new KochavaReportClient(upstream().http, { baseUrl: url }).create(ME, request).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error === undefined) return [];
  if (!(error instanceof InvalidKochavaReportingRequest)) throw error;
  expect(received).toEqual([]);
  error.problems.forEach(({ parameter, detail: why }) => expect(error.message).toContain(`${parameter} ${why}`));
  return error.problems.map(({ parameter }) => parameter);
}

it.each<[string, ReportRequest]>([
  [
    'the SKAdNetwork sample',
    summary({
      traffic: ['install', 'skadnetwork'],
      grouping: ['date_range_utc', 'ko_account_name', 'sk_campaign_id'],
      timeSeries: 1,
      columnsOrder: ['all'],
    }),
  ],
  ['a time zone that is no city', summary({ timeZone: 'US/Pacific' })],
  [
    'the event sample',
    detail(['event'], {
      eventNames: ['eCommerce - ViewDetail'],
      filtering: { exclude_network: ['499'] },
      currency: 'JPY',
    }),
  ],
  [
    'installs by country',
    detail(['install'], {
      filtering: { country: ['us'], exclude_creative: ['x'] },
      including: ['unattributed_traffic'],
    }),
  ],
  ['a query without a window', other({ kind: 'custom', sql: 'select 1' }, { window: undefined })],
  [
    'an audience by SQL',
    other({ kind: 'audience', sql: 'select 1', activationPartnerId: '13' }, { window: undefined }),
  ],
  [
    'an audience by both, as in the sample',
    other({ kind: 'audience', filterSetId: '9', sql: 'select 1', activationPartnerId: '13' }),
  ],
  [
    'an export over a time range',
    other({ kind: 'deviceid', filterSetId: '9', filtering: { timerange: ['month to date'] } }, { window: undefined }),
  ],
])('%s is sent', async (_, request) => expect(await refused(request)).toEqual([]));

it.each<[string, ReportRequest, string[]]>([
  ['an app without a guid', summary({}, { appGuid: ' ' }), ['appGuid']],
  ['a reversed window', summary({}, { window: { start: 2, end: 1 } }), ['window']],
  ['an empty window', summary({}, { window: { start: 2, end: 2 } }), ['window']],
  ['half a second', summary({}, { window: { start: 1.5, end: 2 } }), ['window']],
  ['no window', summary({}, { window: undefined }), ['window']],
  ['an unknown time zone', summary({ timeZone: 'Mars/Olympus' }), ['content.timeZone']],
  ['unknown traffic', summary({ traffic: ['install', 'cost' as 'click'] }), ['content.traffic[1]']],
  ['no traffic', summary({ traffic: [] }), ['content.traffic']],
  ['no grouping', summary({ grouping: [] }), ['content.grouping']],
  ['an unknown grouping', summary({ grouping: ['network', 'planet'] }), ['content.grouping[1]']],
  ['two hours', summary({ timeSeries: 2 }), ['content.timeSeries']],
  ['an unknown filter', summary({ filtering: { planet: ['x'] } }), ['content.filtering.planet']],
  [
    'a column that is not excluded',
    summary({ filtering: { exclude_segment: ['x'] } }),
    ['content.filtering.exclude_segment'],
  ],
  ['an empty filter', summary({ filtering: { country: [] } }), ['content.filtering.country']],
  [
    'a filter that is no list',
    summary({ filtering: { country: 'us' as unknown as string[] } }),
    ['content.filtering.country'],
  ],
  [
    'a filter of numbers',
    summary({ filtering: { network: [120] as unknown as string[] } }),
    ['content.filtering.network'],
  ],
  ['unknown extras', summary({ including: ['everything'] }), ['content.including[0]']],
  ['"all" and more', summary({ columnsOrder: ['all', 'installs'] }), ['content.columnsOrder']],
  ['no columns', summary({ columnsOrder: [] }), ['content.columnsOrder']],
  ['clicks by country', detail(['click'], { filtering: { country: ['us'] } }), ['content.filtering.country']],
  [
    'impressions without a network',
    detail(['impression'], { filtering: { exclude_network: ['1'] } }),
    ['content.filtering.exclude_network'],
  ],
  [
    'influencers by tracker',
    detail(['influencer_click'], { filtering: { tracker: ['1'] } }),
    ['content.filtering.tracker'],
  ],
  ['cost by network', detail(['cost_restated'], { filtering: { network: ['1'] } }), ['content.filtering.network']],
  [
    'two kinds, by what one lacks',
    detail(['install', 'click'], { filtering: { site: ['1'], network: ['1'] } }),
    ['content.filtering.site'],
  ],
  ['names of events on installs', detail(['install'], { eventNames: ['Purchase'] }), ['content.eventNames']],
  ["Kochava's own events", detail(['event'], { eventNames: ['Purchase', '_Install'] }), ['content.eventNames[1]']],
  [
    "Kochava's own events by filter",
    detail(['event'], { filtering: { event_name: ['_SessionBegin'] } }),
    ['content.filtering.event_name[0]'],
  ],
  ['currency on installs', detail(['install'], { currency: 'JPY' }), ['content.currency']],
  ['no currency', detail(['event'], { currency: 'yen' }), ['content.currency']],
  ['an empty query', other({ kind: 'custom', sql: ' ' }), ['content.sql']],
  ['an audience of nobody', other({ kind: 'audience', activationPartnerId: '13' }), ['content']],
  [
    'an audience for nobody',
    other({ kind: 'audience', filterSetId: '9', activationPartnerId: '' }),
    ['content.activationPartnerId'],
  ],
  [
    'an audience with a delivery',
    other({ kind: 'audience', filterSetId: '9', activationPartnerId: '1' }, { delivery: { to: 'saved-s3' } }),
    ['delivery'],
  ],
  ['an export of nobody', other({ kind: 'deviceid' }), ['content']],
  [
    'a bucket with half its keys',
    summary({}, { delivery: { to: 's3', region: 'r', bucket: '', accessKey: secret('a'), secretKey: secret('') } }),
    ['delivery.bucket', 'delivery.secretKey'],
  ],
  [
    'no port',
    summary({}, { delivery: { to: 'sftp', host: 'h', port: 0, user: 'a b' } }),
    ['delivery.user', 'delivery.port'],
  ],
  [
    'addresses that are none',
    summary({}, { notify: ['a@b.example', 'nobody', 'a@b', 'A <a@b.example>'] }),
    ['notify[1]', 'notify[2]', 'notify[3]'],
  ],
  ['nobody to notify', summary({}, { notify: [] }), ['notify']],
  ['too many to notify', summary({}, { notify: Array<string>(51).fill('a@b.example') }), ['notify']],
  [
    'all at once',
    summary({ traffic: [], timeZone: 'x' }, { appGuid: '', notify: ['x'] }),
    ['appGuid', 'content.traffic', 'content.timeZone', 'notify[0]'],
  ],
])('%s is refused before anything is sent', async (_, request, parameters) =>
  expect(await refused(request)).toEqual(parameters),
);

it('a schedule is checked as a report is, and its cadence too', async () => {
  const { url, received } = await answering({ status: 'scheduled', report_token: '5' });
  const request: ScheduleRequest = {
    appGuid: '',
    content: { kind: 'custom', sql: '' },
    cadence: { frequency: 'daily', runOn: 24, delay: -1, previousTime: 0, timeZone: 'Mars' },
  };
  const creating = new KochavaScheduleClient(upstream().http, { baseUrl: url }).create(ME, request);
  const error = (await creating.catch((reason: unknown) => reason)) as InvalidKochavaReportingRequest;
  expect(error.problems.map(({ parameter }) => parameter)).toEqual([
    'appGuid',
    'content.sql',
    'cadence.timeZone',
    'cadence.runOn',
    'cadence.delay',
    'cadence.previousTime',
  ]);
  expect(received).toEqual([]);
});

import {
  checkReport,
  checkSchedule,
  reportBody,
  type ReportRequest,
  scheduleBody,
  type WrittenContent,
} from './index.js';

const secret = (value: string) => ({ reveal: () => value });

describe('a report in Kochava’s own words', () => {
  const content: WrittenContent = {
    kind: 'written',
    endpoint: 'summary',
    body: { time_start: '1', traffic: ['nonsense'], delivery_method: ['S3link'], app_guid: 'App', time_end: '2' },
  };
  const request: ReportRequest = { appGuid: 'app', content };

  it('is sent as it stands, in its order', () => {
    const body = JSON.stringify({ ...content.body, app_guid: 'app' });
    expect(JSON.stringify(reportBody({ ...request, window: { start: 5, end: 6 } }))).toBe(body);
    const cadence = { frequency: 'daily', runOn: 1, delay: 0, timeZone: 'UTC' } as const;
    expect(JSON.stringify(scheduleBody({ ...request, cadence }))).toBe(body);
  });

  it('has its delivery and whom it notifies from where they were checked', () => {
    const delivery = {
      to: 's3',
      region: 'r',
      bucket: 'b',
      accessKey: secret('a'),
      secretKey: secret('s'),
    } as const;
    expect(reportBody({ ...request, delivery, notify: ['a@b.example'] })).toEqual({
      ...content.body,
      app_guid: 'app',
      delivery_method: ['S3bucket', 'r', 'b', 'a', 's'],
      notify: ['a@b.example'],
    });
  });

  it('is Kochava’s to judge, but for where it goes, whom it tells and when it runs', () => {
    expect(() => checkReport(request)).not.toThrow();
    expect(() => checkReport({ ...request, notify: ['nobody'] })).toThrow('notify[0] is no mail address');
    const sftp = { to: 'sftp', host: '', port: 0, user: 'u' } as const;
    expect(() => checkReport({ ...request, delivery: sftp })).toThrow('delivery.host must be given');
    const audience = { ...content, endpoint: 'audience' } as const;
    const link = { to: 'saved-s3' } as const;
    expect(() => checkReport({ ...request, content: audience, delivery: link })).toThrow('delivery has no meaning');
    const cadence = { frequency: 'daily', runOn: 25, delay: 0, timeZone: 'UTC' } as const;
    expect(() => checkSchedule({ ...request, cadence })).toThrow('cadence.runOn must be an hour of the day');
  });
});

import { answering, closeAll, credentialOf, failureOf, serve, upstream } from '../test/rig.js';
import { KochavaReportClient, mayHaveBeenDone, type ReportRequest } from './index.js';

const KEY = '4449A6AD-4CFB-439B-9B31-EBBB73A777BD';
const ME = credentialOf(KEY);
const APP = 'test-53c9555b06059';
const TOKEN = '-5079248175472211673';
const SUMMARY: ReportRequest = {
  appGuid: APP,
  window: { start: 1450000000, end: 1450700000 },
  content: { kind: 'summary', traffic: ['install', 'click'], grouping: ['network'], timeSeries: 24, timeZone: 'UTC' },
};

afterEach(closeAll);

const client = (baseUrl: string) => new KochavaReportClient(upstream().http, { baseUrl });

describe('an answer to a create', () => {
  const created = async (body: unknown) => client((await answering(body)).url).create(ME, SUMMARY);

  it.each([
    ['a text', '{"status":"queued","report_token":"-5079248175472211673"}'],
    ['a number', '{"status":"queued","report_token":-5079248175472211673}\n'],
  ])('keeps the token, sent as %s, to the last digit', async (_, body) => {
    expect(await created(body)).toEqual({ status: 'queued', token: TOKEN });
  });

  it.each(['queued', 'running'])('%s without a token is a report that is under way already', async (status) => {
    expect(await created({ status })).toEqual({ status, token: undefined });
  });

  it.each([
    [{ status: 'completed' }],
    [{ report_token: '1' }],
    [[]],
    ['null'],
    ['{"status":"queued","report_token":"12'],
    ['<html>oops</html>'],
    [''],
  ])('%j is unreadable, and the report may be there', async (body) => {
    const error = await failureOf(created(body));
    expect([error.kind, error.sent, mayHaveBeenDone(error)]).toEqual(['unreadable-answer', true, true]);
  });

  it.each([
    ['Error request parameters app_guid missing.', 'rejected'],
    ['Error request parameters TimeSerie missing.', 'rejected'],
    ['Error request parameters: Error. Invalid reporting API Key', 'credential'],
    ['APP & API Key are invalid', 'credential'],
    ['App does not exist.', 'not-found'],
    ['Cardinality for timeframe exceeded', 'rejected'],
    ['Row limit exceeded', 'rejected'],
    ['Internal error', 'unavailable'],
    ['Error uploading to S3', 'unavailable'],
  ])('says no in either spelling: %s', async (words, failure) => {
    for (const body of [
      { status: 'Error', error: words },
      { status: 'error', status_detail: words },
      [{ status: 'Error', error: words }],
    ]) {
      const error = await failureOf(created(body));
      expect(error).toMatchObject({ failure, message: words, kind: 'refusal', status: 200 });
      expect(mayHaveBeenDone(error)).toBe(false);
    }
  });

  it('says no without a word', async () => {
    expect(await failureOf(created({ status: 'Error' }))).toMatchObject({ failure: 'rejected' });
  });

  it.each([500, 502, 503, 504, 408])('is not asked for again after %d, and may have been done', async (status) => {
    const { url, received } = await answering('<html>', status);
    const error = await failureOf(client(url).create(ME, SUMMARY));
    expect([error.failure, received.length, mayHaveBeenDone(error)]).toEqual(['unavailable', 1, true]);
  });

  it('is not asked for again after a connection that broke', async () => {
    const { url, received } = await serve((request) => request.socket.destroy());
    const error = await failureOf(client(url).create(ME, SUMMARY));
    expect([error.failure, received.length, mayHaveBeenDone(error)]).toEqual(['connection', 1, true]);
  });
});

describe('progress', () => {
  const progress = async (body: unknown) =>
    client((await answering(body)).url).progress(ME, { appGuid: APP, token: TOKEN });

  it('is read as the document has it, without secrets', async () => {
    const link = 'http://kochava-reporting.s3.amazonaws.com/KR9.csv?Expires=1536425842&Signature=e%3D';
    const report_request = {
      API_key: KEY,
      app_guid: APP,
      delivery_method: ['S3bucket', 'us-west-2', 'b', 'AKIA', 'SECRET'],
      traffic: ['install'],
    };
    const read = await progress({
      status: 'completed',
      status_detail: 'completed',
      status_date: '2018-08-29 16:57:22',
      progress: '100',
      file_size: 3236,
      report: link,
      report_type: 'detail',
      report_request,
    });
    expect(read).toEqual({
      token: TOKEN,
      state: 'completed',
      status: 'completed',
      detail: 'completed',
      progress: 100,
      statusAt: new Date('2018-08-29T16:57:22Z'),
      fileSize: 3236,
      link,
      reportType: 'detail',
      request: {
        app_guid: APP,
        delivery_method: ['S3bucket', 'us-west-2', 'b', '[redacted]', '[redacted]'],
        traffic: ['install'],
      },
      failure: undefined,
      notificationFailed: false,
    });
  });

  it.each([
    ['Queued', 'queued'],
    ['queued', 'queued'],
    ['In Progress', 'running'],
    ['in_progress', 'running'],
    ['running', 'running'],
    ['preparing', 'running'],
    ['Completed', 'completed'],
  ])('%s is %s', async (status, state) => {
    expect(await progress({ status, progress: '' })).toMatchObject({ state, link: undefined });
  });

  it.each([
    ['Internal error', true],
    ['Error uploading to S3', true],
    ['Cardinality for timeframe exceeded', false],
    ['Row limit exceeded', false],
  ])('%s is how a report ended; retryable: %s', async (message, retryable) => {
    expect(await progress({ status: 'error', status_detail: message })).toMatchObject({
      state: 'failed',
      failure: { message, retryable },
    });
  });

  it('takes "Notification failed" for a complete report', async () => {
    const link = 'https://kochava-reporting.s3.amazonaws.com/a.csv';
    expect(await progress({ status: 'error', status_detail: 'Notification failed', report: link })).toMatchObject({
      state: 'completed',
      notificationFailed: true,
      failure: undefined,
      link,
    });
  });

  it('tells the end of a report from a refusal of the call', async () => {
    const words = 'APP & API Key are invalid';
    expect(await failureOf(progress({ status: 'error', status_detail: words, error: words }))).toMatchObject({
      failure: 'credential',
    });
    expect(await failureOf(progress({ status: 'Error', error: 'Report token not found' }))).toMatchObject({
      failure: 'not-found',
    });
    const told = { status: 'error', status_detail: words, report_type: 'summary', status_date: '2018-08-29 16:57:22' };
    expect(await progress(told)).toMatchObject({ state: 'failed', failure: { message: words, retryable: false } });
  });

  it('is asked for again after trouble', async () => {
    let count = 0;
    const { url, received } = await serve((_, response) => {
      if (++count < 3) return void response.writeHead(503).end();
      response.end('{"status":"queued"}');
    });
    expect(await client(url).progress(ME, { appGuid: APP, token: TOKEN })).toMatchObject({ state: 'queued' });
    expect(received.map(({ body }) => JSON.parse(body) as object)).toEqual(
      Array(3).fill({ api_key: KEY, app_guid: APP, token: TOKEN }),
    );
  });

  it.each(['s3://bucket/key', '', 'javascript:alert(1)'])('has no link in %j', async (report) => {
    expect((await progress({ status: 'completed', report })).link).toBeUndefined();
  });
});

import { UpstreamError, UpstreamHttp } from '#libs/upstream-http';
import { DEMO_USER, FOREIGN_USER, LIMITED_USER, type Sandbox, startSandbox } from '../../../apps/sandbox/src/index.js';
import { AdjustReportsClient } from './index.js';

const credentialOf = (token: string) => ({ id: token, secret: () => Promise.resolve({ reveal: () => token }) });

describe('AdjustReportsClient and the sandbox', () => {
  let sandbox: Sandbox;
  let http: UpstreamHttp;
  let client: AdjustReportsClient;
  beforeAll(async () => {
    sandbox = await startSandbox();
  });
  afterAll(() => sandbox.close());
  beforeEach(() => {
    sandbox.reset();
    http = new UpstreamHttp({ tryTimeoutMs: 10_000, retry: { attempts: 1 } });
    client = new AdjustReportsClient(http, { baseUrl: sandbox.url });
  });
  afterEach(() => http.close());

  const status = (answer: number, body?: string): void =>
    sandbox.misbehave({ do: { kind: 'status', status: answer, ...(body !== undefined && { body }) } });

  it('verifies a token as Bearer, which stands in no URL', async () => {
    for (const { token } of [DEMO_USER, FOREIGN_USER, LIMITED_USER]) {
      expect(await client.verify(credentialOf(token))).toEqual({
        valid: true,
        message: 'Adjust accepts the API token.',
      });
    }
    expect(sandbox.requests[0]).toMatchObject({
      path: '/reports-service/filters_data',
      query: { required_filters: 'attribution_source' },
    });
    expect(await client.verify(credentialOf('nobody'))).toEqual({ valid: false, message: 'Invalid API token' });
  });

  it('takes only 401 for a no', async () => {
    status(401, '');
    const silent = await client.verify(credentialOf('nobody'));
    expect(silent).toEqual({ valid: false, message: 'Adjust does not accept the API token.' });
    for (const answer of [400, 403, 404]) {
      status(answer, '{"error_code":"request_error","error_desc":"Not this.","error_desc_details":null}');
      expect(await client.verify(credentialOf(DEMO_USER.token))).toEqual({
        valid: true,
        message: 'Adjust accepts the API token, and says: Not this.',
      });
    }
  });

  it.each([
    ['rate-limited', () => status(429, '')],
    ['unavailable', () => status(503, '<html></html>')],
    ['malformed', () => sandbox.misbehave({ do: { kind: 'html' } })],
  ] as const)('tells nothing where the answer is %s', async (failure, arm) => {
    arm();
    const error: unknown = await client.verify(credentialOf(DEMO_USER.token)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(UpstreamError);
    expect((error as UpstreamError).failure).toBe(failure);
    expect(JSON.stringify(error) + (error as Error).stack).not.toContain(DEMO_USER.token);
  });
});

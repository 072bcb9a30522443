import { CredentialVault } from '#libs/tenancy';
import { DEMO_POSTBACKS_KEY } from '../../apps/sandbox/src/index.js';
import { type GatewayOptions, type TestGateway, useGateway } from './gateway.js';

/** The sandbox's template of one destination URL. */
export const CUSTOM_TEMPLATE = '3373';

/** A gateway whose tenant may manage postbacks; the sandbox's are as they were before each spec. */
export function usePostbacks(options: GatewayOptions = {}): TestGateway {
  const gateway = useGateway(options);
  beforeAll(async () => {
    await gateway.app.get(CredentialVault).put(gateway.tenant.id, 'kochava-postbacks', DEMO_POSTBACKS_KEY.key);
  });
  beforeEach(() => gateway.sandbox.reset());
  return gateway;
}

export const destination = (url = 'https://partner.example/ingest') => ({ cpi_mostback_url: url });

/** A postback that can be made; `more` changes it. */
export const aPostback = (more: object = {}) => ({
  type: 'EVENT',
  title: 'Purchases ✨',
  templateId: CUSTOM_TEMPLATE,
  filter: 'Purchase',
  context: destination(),
  ...more,
});

/** Method and path of what reached Kochava since the last reset. */
export const sent = ({ sandbox }: TestGateway, method?: string): string[] =>
  sandbox.requests
    .filter((request) => request.path.includes('postbacks') && (!method || request.method === method))
    .map((request) => `${request.method} ${request.path}`);

export const FIELDS = 'id type title templateId filter active context createdAt app { id name }';
export const CREATE = `mutation ($input: CreatePostbackInput!) {
  createPostback(input: $input) { postback { ${FIELDS} } messages warnings } }`;
export const UPDATE = `mutation ($appId: ID!, $id: ID!, $input: UpdatePostbackInput!) {
  updatePostback(appId: $appId, id: $id, input: $input) { postback { ${FIELDS} } messages warnings } }`;
export const DELETE = `mutation ($appId: ID!, $id: ID!) {
  deletePostback(appId: $appId, id: $id) { postback { ${FIELDS} } messages warnings } }`;

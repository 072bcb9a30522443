import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { LinksKey } from './access.js';
import { authenticate, demandWrite, mayWrite } from './access.js';
import { createLink } from './create-link.js';
import { campaignDocument, groupDocument, linkDocument, urlsOf } from './documents.js';
import { archiveGroup, createGroup, listGroups, updateGroup } from './groups.js';
import type { Body } from './input.js';
import { flag, numbersIn, pageOf, queryOf, readBody, sorted, textIn, whole } from './input.js';
import { newCampaign, takenCampaign, takenName } from './link-rules.js';
import { AGENCIES, NETWORKS, PRIVATE_NETWORKS, agencyName, networkName } from './partners.js';
import { qrCode } from './qr.js';
import type { Group, Link } from './records.js';
import { LinksRefusal } from './refusal.js';
import type { LinksStore } from './store.js';
import { updateLink } from './update-link.js';

export interface LinksOptions {
  store: LinksStore;
  now: () => Date;
}

/** One request on its way through a handler. */
interface Call {
  key: LinksKey;
  query: Map<string, string>;
  params: Record<string, string>;
  body: () => Body;
  /** Epoch seconds. */
  now: number;
}

function listLinks(store: LinksStore, { key, query }: Call) {
  const groups = numbersIn(query.get('app_group_id') ?? '');
  const advertiser = query.get('advertiser_account_id');
  const isActive = flag(query, 'is_active');
  const search = query.get('search')?.toLowerCase() ?? '';
  const found = store.links.filter(
    (link) =>
      key.reads.includes(link.group.account) &&
      (groups.length === 0 || groups.includes(link.group.id)) &&
      (advertiser === undefined || String(link.group.account.id) === advertiser) &&
      (isActive === undefined || link.isActive === isActive) &&
      [link.name, urlsOf(link).click_url, networkName(link.networkId), agencyName(link.agencyId)].some((text) =>
        text?.toLowerCase().includes(search),
      ),
  );
  const inOrder = sorted(query, found, {
    name: ({ name }) => name.toLowerCase(),
    created: ({ created }) => created,
    updated: ({ updated }) => updated,
  });
  return pageOf(query, inOrder).map((link) => linkDocument(link, 'list'));
}

const subdomainsOf = (group: Group) => ({
  app_group_id: group.id,
  subdomains: group.subdomains.map((name, index) => ({
    common_subdomain: name,
    link_domain: `${name}.smart.link`,
    apps: group.apps.map(({ id }) => ({ app_id: id, fallback_url: `https://www.${name}.example` })),
    ...(index === 0 && { default: true }),
  })),
});

/** The Links API of Kochava: everything under `/v1`. */
export function kochavaLinks(server: FastifyInstance, { store, now }: LinksOptions): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'string' }, async (_request: FastifyRequest, body: unknown) => body);
  server.setErrorHandler(async (error, _request, reply: FastifyReply) => {
    const [status, errors] =
      error instanceof LinksRefusal ? [error.status, error.errors] : [500, ['An unexpected error occurred']];
    return reply.code(status).send({ status, is_agency: false, errors });
  });

  const callOf = (request: FastifyRequest): Call => ({
    key: authenticate(request.headers),
    query: queryOf(request.url),
    params: request.params as Record<string, string>,
    body: () => readBody(request.body),
    now: Math.floor(now().getTime() / 1000),
  });
  type Handler = (call: Call) => unknown;
  /** Answers as the document shows: in the envelope, or bare. Undefined: the envelope without data. */
  const route = (method: 'GET' | 'POST' | 'PUT', path: string, handler: Handler, bare = false): void => {
    server.route({
      method,
      url: `/v1${path}`,
      handler: async (request) => {
        const call = callOf(request);
        const data = handler(call);
        return bare ? data : { status: 200, is_agency: call.key.isAgency, ...(data !== undefined && { data }) };
      },
    });
  };
  const groupIn = ({ key, params }: Call): Group => store.group(key, whole(params.id, 'App Group'));
  const linkIn = ({ key, params }: Call): Link => store.link(key, whole(params.id, 'SmartLink'));
  const writableGroup = (call: Call): Group => {
    const group = groupIn(call);
    demandWrite(call.key, group.account.id);
    if (!group.isActive) throw new LinksRefusal(409, 'The App Group is archived');
    return group;
  };

  route('GET', '/groups', ({ key, query }) => listGroups(store, key, query));
  route('POST', '/groups', ({ key, body, now: at }) => groupDocument(createGroup(store, key, body(), at)));
  route('GET', '/groups/:id', (call) => groupDocument(groupIn(call)));
  route('PUT', '/groups/:id', (call) =>
    groupDocument(updateGroup(store, call.key, groupIn(call), call.body(), call.now)),
  );
  route('PUT', '/groups/:id/archive', (call) => archiveGroup(store, call.key, groupIn(call), call.now));
  route('GET', '/groups/:id/subdomains', (call) => subdomainsOf(groupIn(call)));

  const campaigns: Handler = (call) => {
    const group = groupIn(call);
    const deleted = flag(call.query, 'is_deleted') ?? false;
    return store.campaigns
      .filter((campaign) => campaign.group === group && campaign.isDeleted === deleted)
      .map((campaign) => campaignDocument(campaign));
  };
  route('GET', '/groups/:id/campaigns', campaigns, true);
  route('POST', '/groups/:id/campaigns', (call) =>
    campaignDocument(newCampaign(store, writableGroup(call), textIn(call.body(), 'name'), call.now), true),
  );
  route('POST', '/groups/:id/campaigns/check', (call) =>
    takenCampaign(store, groupIn(call), textIn(call.body(), 'name')),
  );
  const updateCampaign: Handler = (call) => {
    const campaign = store.campaign(writableGroup(call), whole(call.params.campaignId, 'App Group Campaign'));
    const body = call.body();
    if ('name' in body) {
      const name = textIn(body, 'name');
      takenCampaign(store, campaign.group, name, campaign);
      Object.assign(campaign, { name, updated: call.now });
    }
    return campaignDocument(campaign);
  };
  for (const method of ['POST', 'PUT'] as const)
    route(method, '/groups/:id/campaigns/:campaignId', updateCampaign, true);

  route('GET', '/advertisers', ({ key, query }) => {
    const wanted = flag(query, 'has_write_access');
    return key.reads
      .map(({ id, name }) => ({ id, name, has_write_access: mayWrite(key, id) }))
      .filter(({ has_write_access }) => wanted === undefined || has_write_access === wanted);
  });
  route('GET', '/agency_networks', () => AGENCIES);
  route('GET', '/networks', ({ key, query }) => {
    const readable = PRIVATE_NETWORKS.filter(({ app_id }) =>
      key.reads.some(({ apps }) => apps.some(({ id }) => id === app_id)),
    );
    const filter = query.get('vppn_app_id');
    const apps = numbersIn(filter ?? '');
    const shown = filter ? readable.filter(({ app_id }) => apps.includes(app_id)) : [...NETWORKS, ...readable];
    return shown.map(({ id, name, acl, logo_url }) => ({ id, name, acl, logo_url }));
  });

  route('POST', '/links/check/name', ({ key, body }) => {
    const asked = body();
    takenName(store, store.group(key, asked.app_group_id), textIn(asked, 'name'));
  });
  route('GET', '/links', (call) => listLinks(store, call));
  route('POST', '/links', ({ key, body, now: at }) => {
    const asked = body();
    const group = store.group(key, asked.app_group_id);
    demandWrite(key, group.account.id);
    return linkDocument(createLink(store, group, asked, at), 'create');
  });
  route('GET', '/links/:id', (call) => linkDocument(linkIn(call), 'get'));
  route('PUT', '/links/:id', (call) => {
    const link = linkIn(call);
    demandWrite(call.key, link.group.account.id);
    return linkDocument(updateLink(store, link, call.body(), call.now), 'update');
  });
  route('PUT', '/links/:id/archive', (call) => {
    const link = linkIn(call);
    demandWrite(call.key, link.group.account.id);
    if (!link.isActive) throw new LinksRefusal(409, 'The SmartLink is already archived');
    Object.assign(link, { isActive: false, updated: call.now });
  });
  server.get('/v1/links/:id/qr', async (request, reply) => {
    const call = callOf(request);
    const { click_url } = urlsOf(linkIn(call));
    const size = call.query.get('size') ?? '0';
    if (!/^-?\d{1,6}$/.test(size)) throw new LinksRefusal(400, 'size must be a whole number');
    const { type, image } = await qrCode(click_url, call.query.get('format') ?? 'png', Number(size));
    return reply.header('content-type', type).send(Buffer.from(image));
  });
}

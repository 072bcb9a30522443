import { idNumber, type VendorCredential, writeJson } from '#libs/upstream-http';
import { isFree, type KochavaLinksCallOptions, type LinksApi } from './ask.js';
import { pageQuery, toPage } from './page.js';
import { Problems, checkIds } from './problems.js';
import { KOCHAVA_GROUP_SORTS, type KochavaGroupFilter, type KochavaPageRequest } from './request-types.js';
import type { KochavaAppGroup, KochavaAppGroupCampaign, KochavaPage, KochavaSubdomain } from './types.js';
import { Unreadable } from './unreadable.js';
import { asList, asObject, readCampaign, readGroup, readSubdomains } from './wire.js';

type Options = KochavaLinksCallOptions;

function filterQuery(filter: KochavaGroupFilter, page: KochavaPageRequest): [string, string][] {
  const problems = new Problems();
  const { isActive, search, platforms, accountId, hasWriteAccess, sort = 'created_asc' } = filter;
  const query = pageQuery(problems, page);
  problems.oneOf('sort', sort, KOCHAVA_GROUP_SORTS);
  query.push(['sort', sort.toLowerCase()]);
  if (accountId !== undefined) problems.id('accountId', accountId);
  for (const [index, platform] of (platforms ?? []).entries()) {
    problems.say(`platforms.${index}`, !/^[a-z0-9]+$/i.test(platform) && "Give one of Kochava's platforms.");
  }
  problems.refuse();
  if (isActive !== undefined) query.push(['is_active', String(isActive)]);
  if (search) query.push(['search', search]);
  if (platforms?.length) query.push(['platform', platforms.join(',').toLowerCase()]);
  if (accountId !== undefined) query.push(['account', accountId]);
  if (hasWriteAccess !== undefined) {
    // The document's sample URL has the first name, its table the second; a filter that is not known is no filter.
    const value = hasWriteAccess ? '1' : '0';
    query.push(['has_write_access', value], ['has_written_access', value]);
  }
  return query;
}

/**
 * Sections "App Group" and "App Group Campaigns". Writes are sent once; where Kochava says that a rule about what is
 * already there stands in the way, UpstreamError `conflict`.
 */
export class KochavaAppGroups {
  constructor(private readonly api: LinksApi) {}

  /** "retrieve a list of App Groups": GET /groups. Safe to repeat. */
  async list(
    credential: VendorCredential,
    filter: KochavaGroupFilter = {},
    page: KochavaPageRequest = {},
    options: Options = {},
  ): Promise<KochavaPage<KochavaAppGroup>> {
    const query = filterQuery(filter, page);
    return this.api.ask({ operation: 'groups', method: 'GET', path: '/groups', query }, credential, options, (data) =>
      toPage(asList(data).map(readGroup), page),
    );
  }

  /** "retrieve a specific App Group": GET /groups/{id}. Safe to repeat. */
  async get(credential: VendorCredential, appGroupId: string, options: Options = {}): Promise<KochavaAppGroup> {
    checkIds({ appGroupId });
    const question = { operation: 'group', method: 'GET', path: `/groups/${appGroupId}` } as const;
    return this.api.ask(question, credential, options, (data) => sameGroup(readGroup(asObject(data)), appGroupId));
  }

  /**
   * "create an App Group": POST /groups. "An App cannot be added to more than one App Group and an App Group may only
   * contain one instance of each platform." NOT safe to repeat.
   */
  async create(
    credential: VendorCredential,
    request: { name: string; accountId: string; kochavaAppIds: readonly string[] },
    options: Options = {},
  ): Promise<KochavaAppGroup> {
    const problems = new Problems();
    problems.id('accountId', request.accountId);
    const body = writeJson({
      ...groupBody(problems, request),
      account_id: idNumber(request.accountId),
      is_active: true,
    });
    return this.api.ask(
      { operation: 'create-group', method: 'POST', path: '/groups', body },
      credential,
      options,
      (data) => readGroup(asObject(data)),
    );
  }

  /**
   * "change the name of an App Group and/or add new Apps": PUT /groups/{id}. Give every app that the group has, and those
   * to add: "Apps cannot be removed". Sent once.
   */
  async update(
    credential: VendorCredential,
    appGroupId: string,
    request: { name: string; kochavaAppIds: readonly string[] },
    options: Options = {},
  ): Promise<KochavaAppGroup> {
    const problems = new Problems();
    problems.id('appGroupId', appGroupId);
    const body = writeJson(groupBody(problems, request));
    const question = { operation: 'update-group', method: 'PUT', path: `/groups/${appGroupId}`, body } as const;
    return this.api.ask(question, credential, options, (data) => sameGroup(readGroup(asObject(data)), appGroupId));
  }

  /** "archive an App Group": PUT /groups/{id}/archive. "This action cannot be reversed." Answers nothing. Sent once. */
  async archive(credential: VendorCredential, appGroupId: string, options: Options = {}): Promise<void> {
    checkIds({ appGroupId });
    const question = { operation: 'archive-group', method: 'PUT', path: `/groups/${appGroupId}/archive` } as const;
    return this.api.ask(question, credential, options, () => undefined);
  }

  /** "retrieve a list of Subdomains": GET /groups/{id}/subdomains. Safe to repeat. */
  async subdomains(
    credential: VendorCredential,
    appGroupId: string,
    options: Options = {},
  ): Promise<KochavaSubdomain[]> {
    checkIds({ appGroupId });
    const question = { operation: 'subdomains', method: 'GET', path: `/groups/${appGroupId}/subdomains` } as const;
    return this.api.ask(question, credential, options, readSubdomains);
  }

  /**
   * "retrieve a list of App Group Campaigns": GET /groups/{id}/campaigns. Safe to repeat. With deleted ones it is two
   * calls, because the document does not tell whether `is_deleted` adds them or asks for them alone.
   */
  async campaigns(
    credential: VendorCredential,
    appGroupId: string,
    { includeDeleted = false }: { includeDeleted?: boolean } = {},
    options: Options = {},
  ): Promise<KochavaAppGroupCampaign[]> {
    checkIds({ appGroupId });
    const path = `/groups/${appGroupId}/campaigns`;
    const ask = (query?: [string, string][]) =>
      this.api.ask({ operation: 'campaigns', method: 'GET', path, query }, credential, options, (data) =>
        asList(data).map((campaign) => ({
          ...ofGroup(readCampaign(campaign), appGroupId),
          told: 'is_active' in campaign || 'is_deleted' in campaign,
        })),
      );
    const [present, deleted] = await Promise.all([ask(), includeDeleted ? ask([['is_deleted', 'true']]) : []]);
    const known = new Set(present.map(({ id }) => id));
    const further = deleted.filter(({ id }) => !known.has(id));
    return [
      ...present.map(({ told: _told, ...campaign }) => campaign),
      ...further.map(({ told, ...campaign }) => ({ ...campaign, isActive: told ? campaign.isActive : false })),
    ];
  }

  /** "check an App Group Campaign": POST /groups/{id}/campaigns/check. Changes nothing: safe to repeat. */
  async isCampaignNameFree(
    credential: VendorCredential,
    appGroupId: string,
    name: string,
    options: Options = {},
  ): Promise<boolean> {
    const path = `/groups/${appGroupId}/campaigns/check`;
    const question = {
      operation: 'check-campaign',
      method: 'POST',
      path,
      body: nameBody({ appGroupId }, name),
    } as const;
    return isFree(this.api.ask({ ...question, safeToRepeat: true }, credential, options, () => undefined));
  }

  /** "create an App Group Campaign": POST /groups/{id}/campaigns. NOT safe to repeat. */
  async createCampaign(
    credential: VendorCredential,
    appGroupId: string,
    name: string,
    options: Options = {},
  ): Promise<KochavaAppGroupCampaign> {
    const path = `/groups/${appGroupId}/campaigns`;
    const question = {
      operation: 'create-campaign',
      method: 'POST',
      path,
      body: nameBody({ appGroupId }, name),
    } as const;
    return this.api.ask(question, credential, options, (data) => ofGroup(readCampaign(asObject(data)), appGroupId));
  }

  /** "update a App Group Campaign": POST /groups/{id}/campaigns/{campaign_id}. Sent once. */
  async updateCampaign(
    credential: VendorCredential,
    appGroupId: string,
    campaignId: string,
    name: string,
    options: Options = {},
  ): Promise<KochavaAppGroupCampaign> {
    const body = nameBody({ appGroupId, campaignId }, name);
    const path = `/groups/${appGroupId}/campaigns/${campaignId}`;
    const question = { operation: 'update-campaign', method: 'POST', path, body } as const;
    return this.api.ask(question, credential, options, (data) => {
      const campaign = ofGroup(readCampaign(asObject(data)), appGroupId);
      if (campaign.id !== campaignId) throw new Unreadable('it holds another campaign than was asked for');
      return campaign;
    });
  }
}

function groupBody(problems: Problems, request: { name: string; kochavaAppIds: readonly string[] }) {
  const { name, kochavaAppIds } = request;
  problems.text('name', name);
  problems.say('kochavaAppIds', kochavaAppIds.length === 0 && 'Name at least one app.');
  for (const [index, appId] of kochavaAppIds.entries()) problems.id(`kochavaAppIds.${index}`, appId);
  problems.distinct('kochavaAppIds', kochavaAppIds, 'App');
  problems.refuse();
  return { name, apps: kochavaAppIds.map(idNumber) };
}

function nameBody(ids: Record<string, string>, name: string): string {
  const problems = new Problems();
  for (const [parameter, value] of Object.entries(ids)) problems.id(parameter, value);
  problems.text('name', name);
  problems.refuse();
  return writeJson({ name });
}

function sameGroup(group: KochavaAppGroup, appGroupId: string): KochavaAppGroup {
  if (group.id !== appGroupId) throw new Unreadable('it holds another group than was asked for');
  return group;
}

function ofGroup(campaign: KochavaAppGroupCampaign, appGroupId: string): KochavaAppGroupCampaign {
  if (campaign.appGroupId !== appGroupId) throw new Unreadable('it holds a campaign of another group');
  return campaign;
}

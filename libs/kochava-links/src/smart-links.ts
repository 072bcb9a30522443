import { idNumber, idOf, type VendorCredential, writeJson } from '#libs/upstream-http';
import { isFree, type KochavaLinksCallOptions, type LinksApi } from './ask.js';
import { createSmartLinkBody } from './create-smart-link.js';
import { pageQuery, toPage } from './page.js';
import { Problems, checkIds } from './problems.js';
import { qrQuery, type KochavaQrCode, type KochavaQrRequest } from './qr.js';
import {
  KOCHAVA_LINK_SORTS,
  type KochavaLinkFilter,
  type KochavaPageRequest,
  type NewKochavaSmartLink,
} from './request-types.js';
import { readSmartLink } from './smart-link-wire.js';
import type { KochavaPage, KochavaSmartLink, KochavaSmartLinkAnswer, KochavaSmartLinkDocument } from './types.js';
import { Unreadable } from './unreadable.js';
import { asList, asObject } from './wire.js';

type Options = KochavaLinksCallOptions;

function filterQuery(filter: KochavaLinkFilter, page: KochavaPageRequest): [string, string][] {
  const problems = new Problems();
  const { appGroupIds, advertiserAccountId, isActive, search, sort = 'created_asc' } = filter;
  const query = pageQuery(problems, page);
  problems.oneOf('sort', sort, KOCHAVA_LINK_SORTS);
  query.push(['sort', sort.toLowerCase()]);
  // An empty filter would ask for every group.
  problems.say('appGroupIds', appGroupIds?.length === 0 && 'Name at least one app group, or leave it out.');
  for (const [index, id] of (appGroupIds ?? []).entries()) problems.id(`appGroupIds.${index}`, id);
  if (advertiserAccountId !== undefined) problems.id('advertiserAccountId', advertiserAccountId);
  problems.refuse();
  if (appGroupIds) query.push(['app_group_id', appGroupIds.join(',')]);
  if (advertiserAccountId !== undefined) query.push(['advertiser_account_id', advertiserAccountId]);
  if (isActive !== undefined) query.push(['is_active', String(isActive)]);
  if (search) query.push(['search', search]);
  return query;
}

function readAnswer(data: unknown, smartLinkId?: string): KochavaSmartLinkAnswer {
  const document = asObject(data);
  const link = readSmartLink(document);
  if (smartLinkId !== undefined && link.id !== smartLinkId) {
    throw new Unreadable('it holds another link than was asked for');
  }
  return { link, document };
}

/**
 * Sections "SmartLinks without" and "with iOS Universal Link and Android App Link Support". Writes are sent once; a name
 * that is taken, or a link or group that is archived, is UpstreamError `conflict` where Kochava says so.
 */
export class KochavaSmartLinks {
  constructor(private readonly api: LinksApi) {}

  /** "retrieve a list of SmartLinks": GET /links. Pricing is blank here, so no documents are handed out. Safe to repeat. */
  async list(
    credential: VendorCredential,
    filter: KochavaLinkFilter = {},
    page: KochavaPageRequest = {},
    options: Options = {},
  ): Promise<KochavaPage<KochavaSmartLink>> {
    const query = filterQuery(filter, page);
    return this.api.ask({ operation: 'links', method: 'GET', path: '/links', query }, credential, options, (data) =>
      toPage(asList(data).map(readSmartLink), page),
    );
  }

  /** "retrieve a specific SmartLink": GET /links/{id}, with Kochava's own JSON to patch. Safe to repeat. */
  async get(credential: VendorCredential, smartLinkId: string, options: Options = {}): Promise<KochavaSmartLinkAnswer> {
    checkIds({ smartLinkId });
    const question = { operation: 'link', method: 'GET', path: `/links/${smartLinkId}` } as const;
    return this.api.ask(question, credential, options, (data) => readAnswer(data, smartLinkId));
  }

  /** "check a SmartLink name": POST /links/check/name. Changes nothing: safe to repeat. */
  async isNameFree(
    credential: VendorCredential,
    appGroupId: string,
    name: string,
    options: Options = {},
  ): Promise<boolean> {
    const problems = new Problems();
    problems.id('appGroupId', appGroupId);
    problems.text('name', name);
    problems.refuse();
    const body = writeJson({ app_group_id: idNumber(appGroupId), name });
    const question = { operation: 'check-name', method: 'POST', path: '/links/check/name', body } as const;
    return isFree(this.api.ask({ ...question, safeToRepeat: true }, credential, options, () => undefined));
  }

  /**
   * "create a SmartLink": POST /links, with native links where a route has one. Check it against its group first, with
   * `smartLinkProblems`. NOT safe to repeat: where the answer is lost (`sent`), look for the name in the list.
   */
  async create(
    credential: VendorCredential,
    request: NewKochavaSmartLink,
    options: Options = {},
  ): Promise<KochavaSmartLinkAnswer> {
    const question = {
      operation: 'create-link',
      method: 'POST',
      path: '/links',
      body: createSmartLinkBody(request),
    } as const;
    return this.api.ask(question, credential, options, (data) => readAnswer(data));
  }

  /**
   * "update an existing SmartLink": PUT /links/{id} of a whole document, as `patchSmartLink` returns it. "Leaving the id
   * fields blank or changing the value will cause the SmartLink to become disassociated from the underlying trackers."
   * Sent once.
   */
  async update(
    credential: VendorCredential,
    smartLinkId: string,
    document: KochavaSmartLinkDocument,
    options: Options = {},
  ): Promise<KochavaSmartLinkAnswer> {
    const problems = new Problems();
    problems.id('smartLinkId', smartLinkId);
    problems.say('document', idOf(document.id) !== smartLinkId && 'This is the document of another link.');
    problems.refuse();
    const path = `/links/${smartLinkId}`;
    const question = { operation: 'update-link', method: 'PUT', path, body: writeJson(document) } as const;
    return this.api.ask(question, credential, options, (data) => readAnswer(data, smartLinkId));
  }

  /** "archive a SmartLink": PUT /links/{id}/archive, which can't be undone. Answers nothing. Sent once. */
  async archive(credential: VendorCredential, smartLinkId: string, options: Options = {}): Promise<void> {
    checkIds({ smartLinkId });
    const question = { operation: 'archive-link', method: 'PUT', path: `/links/${smartLinkId}/archive` } as const;
    return this.api.ask(question, credential, options, () => undefined);
  }

  /** "retrieve a specific QR Code": GET /links/{id}/qr. Safe to repeat. */
  async qr(
    credential: VendorCredential,
    smartLinkId: string,
    request: KochavaQrRequest = {},
    options: Options = {},
  ): Promise<KochavaQrCode> {
    checkIds({ smartLinkId });
    const query = qrQuery(request);
    const question = { operation: 'qr', method: 'GET', path: `/links/${smartLinkId}/qr`, query } as const;
    return this.api.askImage(question, credential, options);
  }
}

import { UpstreamError } from '#libs/upstream-http';
import type { UpstreamHttp, VendorCredential } from '#libs/upstream-http';
import { KochavaAppGroups } from './app-groups.js';
import { LinksApi, type KochavaLinksCallOptions, type KochavaLinksClientOptions } from './ask.js';
import { Problems } from './problems.js';
import { KochavaSmartLinks } from './smart-links.js';
import type { KochavaAdvertiser, KochavaPartner } from './types.js';
import { asList, readAdvertiser, readPartner } from './wire.js';

/**
 * Kochava's Links API, https://links.api.kochava.com/v1. Throws InvalidLinksRequest before anything is sent,
 * UpstreamError afterwards.
 */
export class KochavaLinksClient {
  readonly appGroups: KochavaAppGroups;
  readonly smartLinks: KochavaSmartLinks;
  readonly #api: LinksApi;

  constructor(http: UpstreamHttp, options: KochavaLinksClientOptions) {
    this.#api = new LinksApi(http, options);
    this.appGroups = new KochavaAppGroups(this.#api);
    this.smartLinks = new KochavaSmartLinks(this.#api);
  }

  /** Section "Advertisers": GET /advertisers. Safe to repeat. */
  async advertisers(
    credential: VendorCredential,
    { hasWriteAccess }: { hasWriteAccess?: boolean } = {},
    options: KochavaLinksCallOptions = {},
  ): Promise<KochavaAdvertiser[]> {
    const query = hasWriteAccess === undefined ? undefined : ([['has_write_access', String(hasWriteAccess)]] as const);
    const question = { operation: 'advertisers', method: 'GET', path: '/advertisers', query } as const;
    return this.#api.ask(question, credential, options, (data) => asList(data).map(readAdvertiser));
  }

  /** Section "Agencies": GET /agency_networks. Safe to repeat. */
  async agencies(credential: VendorCredential, options: KochavaLinksCallOptions = {}): Promise<KochavaPartner[]> {
    const question = { operation: 'agencies', method: 'GET', path: '/agency_networks' } as const;
    return this.#api.ask(question, credential, options, (data) => this.#partners(data));
  }

  /**
   * Section "Media Partners": GET /networks. Safe to repeat.
   *
   * @param kochavaAppIds only the private networks of these apps; absent: every network, universal and private
   */
  async mediaPartners(
    credential: VendorCredential,
    kochavaAppIds?: readonly string[],
    options: KochavaLinksCallOptions = {},
  ): Promise<KochavaPartner[]> {
    const problems = new Problems();
    // Sent empty it would be no filter at all.
    problems.say('kochavaAppIds', kochavaAppIds?.length === 0 && 'Name at least one app, or leave it out.');
    for (const [index, appId] of (kochavaAppIds ?? []).entries()) problems.id(`kochavaAppIds.${index}`, appId);
    problems.refuse();
    const query = kochavaAppIds && ([['vppn_app_id', kochavaAppIds.join(',')]] as const);
    const question = { operation: 'media-partners', method: 'GET', path: '/networks', query } as const;
    return this.#api.ask(question, credential, options, (data) => this.#partners(data));
  }

  /** Does Kochava accept this key? Only 401 means no. Without an answer that tells, throws UpstreamError. */
  async verify(
    credential: VendorCredential,
    options: KochavaLinksCallOptions = {},
  ): Promise<{ valid: boolean; message: string }> {
    const question = { operation: 'verify', method: 'GET', path: '/advertisers' } as const;
    try {
      await this.#api.ask(question, credential, options, asList);
      return { valid: true, message: 'Kochava accepts the Authentication Key.' };
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      if (error.failure === 'credential') return { valid: false, message: error.message };
      if (error.kind !== 'refusal' || error.failure === 'rate-limited' || error.failure === 'unavailable') throw error;
      return { valid: true, message: `Kochava accepts the Authentication Key, and says: ${error.message}` };
    }
  }

  #partners(data: unknown): KochavaPartner[] {
    return asList(data).map((partner) => readPartner(partner, this.#api.baseUrl));
  }
}

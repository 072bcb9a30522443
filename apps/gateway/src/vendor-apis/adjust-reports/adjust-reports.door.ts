import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { badInput, GatewayError, type TenantContext } from '#libs/domain';
import type { OpenedApp } from '#libs/tenancy';
import type { AskedCall, OutgoingCall } from '../asked-call.js';
import { auditedQuery, type DoorRequest, doorRequest, type Pairs } from '../door-request.js';
import { OwnApps } from '../own-apps.js';
import { PassOn } from '../pass-on.js';
import { headerValues } from '../presented-keys.js';
import { unmodelled } from '../unmodelled.js';
import { ADJUST_REPORTS } from './adjust-reports.dialect.js';
import { checkCatalogues, narrowedCatalogues, narrowedEvents } from './catalogues.js';
import { NextPages } from './next-pages.js';
import { type Endpoint, ENDPOINTS, endpointOf, isReportPath, SERVICE } from './report-path.js';
import { readReportQuery } from './report-query.js';

const PROVIDER = ADJUST_REPORTS.provider;

/** Adjust's Report Service as its own clients ask it. */
@Injectable()
export class AdjustReportsDoor {
  constructor(
    private readonly apps: OwnApps,
    private readonly passOn: PassOn,
    private readonly nextPages: NextPages,
  ) {}

  /** Answers `request` as Adjust would, with the tenant's credential, of the key's apps alone. */
  async answer(tenant: TenantContext, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    await this.passOn.answer(reply, tenant, ADJUST_REPORTS, this.asked(tenant, request));
  }

  private asked(tenant: TenantContext, request: FastifyRequest): AskedCall {
    const door = doorRequest(request);
    const endpoint = endpointOf(door.segments);
    if (endpoint) return this.reports(tenant, endpoint, door, request);
    return unmodelled(PROVIDER, door, door.query, isReportPath);
  }

  private reports(
    tenant: TenantContext,
    endpoint: Endpoint,
    { query }: DoorRequest,
    request: FastifyRequest,
  ): AskedCall {
    const account = accountOf(request);
    const { appTokens, others } = readReportQuery(query);
    if (endpoint === 'filters_data') checkCatalogues(tenant, others);
    const path = `/${SERVICE}/${endpoint}`;
    return {
      action: 'kpis.read',
      operation: endpoint,
      scope: 'kpis:read',
      request: { path, appTokens, account, query: auditedQuery(others) },
      prepare: async (note) => {
        const apps = await this.appsFor(tenant, appTokens);
        if (apps.length === 1) note({ appId: apps[0]!.id });
        const tokens = apps.map((app) => app.upstreamName);
        return {
          method: 'GET',
          path,
          headers: { accept: ENDPOINTS[endpoint], ...(account !== undefined && { 'x-account-id': account }) },
          query: [['app_token__in', tokens.join(',')], ...others],
          ...this.changes(tenant, endpoint, new Set(tokens), others, request),
        };
      },
    };
  }

  /**
   * The apps that are named, or every one of the key's: left out, Adjust would answer for all that the credential sees.
   * It takes an empty list for none at all, so that a key without an app there is told so.
   */
  private async appsFor(
    tenant: TenantContext,
    appTokens: readonly string[] | undefined,
  ): Promise<readonly OpenedApp[]> {
    if (appTokens) return this.apps.named(tenant, PROVIDER, appTokens);
    const apps = await this.apps.all(tenant, PROVIDER);
    if (apps.length === 0) {
      throw new GatewayError(
        'NOT_FOUND',
        'This key may touch no app with a token at Adjust. Ask the operator for one.',
      );
    }
    return apps;
  }

  private changes(
    tenant: TenantContext,
    endpoint: Endpoint,
    own: ReadonlySet<string>,
    others: Pairs,
    request: FastifyRequest,
  ): Pick<OutgoingCall, 'rewrite' | 'change' | 'query'> {
    switch (endpoint) {
      case 'filters_data':
        return { rewrite: (body) => narrowedCatalogues(tenant, body, own) };
      case 'events':
        return narrowedEvents(own, others);
      case 'report':
      case 'pivot_report':
        return { change: (body) => this.nextPages.here(body, request) };
      default:
        return {};
    }
  }
}

/**
 * Which of the user's accounts is meant, in the vendor's own header (FACTS §1). It widens nothing: an app token belongs
 * to one account, and every question names the key's.
 */
function accountOf(request: FastifyRequest): string | undefined {
  const values = new Set(headerValues(request, 'x-account-id'));
  const [account] = values;
  if (account === undefined) return undefined;
  if (values.size > 1 || !/^[\w-]{1,64}$/.test(account)) {
    throw badInput([{ pointer: '/X-Account-ID', detail: 'must be one id of an account at Adjust' }]);
  }
  return account;
}

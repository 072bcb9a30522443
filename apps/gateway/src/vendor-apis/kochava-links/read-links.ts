import { Injectable } from '@nestjs/common';
import type { AuditNote } from '#libs/audit';
import { badInput, type TenantContext } from '#libs/domain';
import { idOf as idIn, type JsonObject, textOf } from '#libs/upstream-http';
import { LinksReads } from '../../smart-links/links-reads.js';
import { resourceOf } from '../../smart-links/links-writes.js';
import { Networks } from '../../smart-links/networks.js';
import { appsOfGroup, appsOfLink, WhoMay } from '../../smart-links/who-may.js';
import type { AskedCall, OutgoingCall } from '../asked-call.js';
import { auditedQuery, type DoorRequest, type Pairs } from '../door-request.js';
import { jsonCall } from '../json-call.js';
import { fieldsIn, idOf, mustAgree } from '../json-fields.js';
import { checkQueryNames } from '../query-names.js';
import { appsInGroup, appsInLink, dataIn, listIn, withList } from './answers.js';
import type { LinksPath, LinksRead } from './links-path.js';
import { narrowedList } from './narrowed-list.js';

/** Parameters that name something; `checkQueryNames` lets others pass. */
const PARAMETERS: Partial<Record<LinksRead, readonly string[]>> = {
  groups: ['account'],
  links: ['app_group_id', 'advertiser_account_id'],
  networks: ['vppn_app_id'],
};

type Narrowing = Pick<OutgoingCall, 'query' | 'rewrite'>;

/**
 * What reads at the door of the Links API come to, checks of names included. A key without an app list sees what the
 * tenant's credential does, to the byte; for one with a list, lists are narrowed and single answers looked at.
 */
@Injectable()
export class ReadLinks {
  constructor(
    private readonly reads: LinksReads,
    private readonly whoMay: WhoMay,
    private readonly networks: Networks,
  ) {}

  asked(tenant: TenantContext, path: LinksPath<LinksRead>, { query, body }: DoorRequest): AskedCall {
    checkQueryNames(query, PARAMETERS[path.endpoint]);
    const fields = path.method === 'POST' ? fieldsIn(body) : undefined;
    const groupInBody = fields && idOf(fields, 'app_group_id');
    if (path.endpoint === 'check-campaign') mustAgree(fields, 'app_group_id', path.ids[0]!);
    return {
      action: 'smartlinks.read',
      operation: path.endpoint,
      scope: 'smartlinks:read',
      request: { path: path.path, query: auditedQuery(query), ...(fields && { body: fields }) },
      prepare: async (note) => {
        noteWhat(path, note);
        const call = jsonCall(path.method, path.path, fields);
        if (path.endpoint === 'qr') call.headers = { accept: 'image/*' };
        return { query, ...call, ...(await this.narrowing(tenant, path, query, groupInBody)) };
      },
    };
  }

  private async narrowing(
    tenant: TenantContext,
    { endpoint, ids: [id = ''] }: LinksPath<LinksRead>,
    query: Pairs,
    groupInBody: string | undefined,
  ): Promise<Narrowing> {
    // Apps that are named must be the tenant's, whatever the key.
    if (endpoint === 'networks') return this.ofNetworks(tenant, query);
    if (!tenant.appIds) return {};
    switch (endpoint) {
      case 'groups':
        return narrowedList(query, 'app groups', (items) => this.whoMay.readable(tenant, items, appsInGroup));
      case 'links':
        return narrowedList(query, 'SmartLinks', (items) => this.whoMay.readable(tenant, items, appsInLink));
      case 'group':
        return this.onlyIf(tenant, 'app group', id, appsInGroup);
      case 'link':
        return this.onlyIf(tenant, 'smart link', id, appsInLink);
      case 'subdomains':
      case 'campaigns':
      case 'check-campaign':
        await this.mayReadGroup(tenant, id);
        return {};
      case 'check-name':
        if (groupInBody === undefined)
          throw badInput([{ pointer: '/app_group_id', detail: 'must name the app group' }]);
        await this.mayReadGroup(tenant, groupInBody);
        return {};
      case 'qr': {
        const { link } = await this.reads.link(tenant, id);
        await this.whoMay.mayRead(tenant, 'smart link', id, appsOfLink(link));
        return {};
      }
      default:
        return {};
    }
  }

  /** The answer as it came, NOT_FOUND where it holds none of the key's apps: asked once, and looked at before it is handed on. */
  private onlyIf(
    tenant: TenantContext,
    noun: 'app group' | 'smart link',
    id: string,
    appsIn: (one: unknown) => string[],
  ): Narrowing {
    return {
      rewrite: async (body) => {
        await this.whoMay.mayRead(tenant, noun, id, appsIn(dataIn(body, `one ${noun}`)));
        return body;
      },
    };
  }

  private async mayReadGroup(tenant: TenantContext, id: string): Promise<void> {
    await this.whoMay.mayRead(tenant, 'app group', id, appsOfGroup(await this.reads.group(tenant, id)));
  }

  private async ofNetworks(tenant: TenantContext, query: Pairs): Promise<Narrowing> {
    const apps = appsNamed(query);
    const others = query.filter(([name]) => !isAppFilter(name));
    if (apps.length > 0) {
      await this.whoMay.mustKnow(tenant, apps);
      return { query: [...others, ['vppn_app_id', apps.join(',')]] };
    }
    if (!tenant.appIds) return { query: others };
    const isVisible = await this.networks.visible(tenant);
    const shown = (network: JsonObject): boolean =>
      isVisible({ id: idIn(network['id']) ?? '', accessLevel: Number(textOf(network['acl'])) });
    return {
      query: others,
      rewrite: (body) => withList(body, 'networks', listIn(body, 'networks').filter(shown)),
    };
  }
}

const isAppFilter = (name: string): boolean => name.trim().toLowerCase() === 'vppn_app_id';

/** FACTS §5.34: whatever parts the numbers. BAD_USER_INPUT for a filter that names none: it is not the same as no filter. */
function appsNamed(query: Pairs): string[] {
  const value = query.find(([name]) => isAppFilter(name))?.[1].trim() ?? '';
  const apps = value.split(/\D+/).filter(Boolean);
  if (value !== '' && apps.length === 0)
    throw badInput([{ pointer: '/vppn_app_id', detail: 'must hold numbers of apps' }]);
  return apps;
}

function noteWhat({ path, ids: [id] }: LinksPath, note: AuditNote): void {
  if (id !== undefined) note({ resource: resourceOf(path.startsWith('/v1/links/') ? 'smart link' : 'app group', id) });
}

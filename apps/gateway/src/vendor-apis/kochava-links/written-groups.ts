import { Injectable } from '@nestjs/common';
import type { AuditNote } from '#libs/audit';
import { badInput, notFound, type TenantContext } from '#libs/domain';
import type { KochavaAppGroup } from '#libs/kochava-links';
import { appGroupOf } from '../../smart-links/app-group.model.js';
import { LinksReads } from '../../smart-links/links-reads.js';
import { resourceOf } from '../../smart-links/links-writes.js';
import { appsOfGroup, WhoMay } from '../../smart-links/who-may.js';
import type { AskedCall } from '../asked-call.js';
import type { DoorRequest } from '../door-request.js';
import {
  fieldsIn,
  idOf,
  idsNamed,
  isFields,
  type JsonFields,
  mustAgree,
  mustBeEmpty,
  mustLack,
  readId,
  valueOf,
} from '../json-fields.js';
import { mustHaveNoQuery } from '../query-names.js';
import type { LinksPath, LinksWrite } from './links-path.js';
import { linksWrite } from './links-write.js';

type Path = LinksPath<LinksWrite>;

/** What writes of app groups and their campaigns come to at the door of the Links API: each app of the group must be the key's. */
@Injectable()
export class WrittenGroups {
  constructor(
    private readonly reads: LinksReads,
    private readonly whoMay: WhoMay,
  ) {}

  creation(tenant: TenantContext, path: Path, door: DoorRequest): AskedCall {
    const fields = readBody(door);
    mustLack(fields, 'id', 'is given by Kochava: leave it out');
    const apps = appsNamed(fields);
    return linksWrite(this.reads, tenant, 'appGroup.create', path, fields, () => this.whoMay.mustKnow(tenant, apps));
  }

  update(tenant: TenantContext, path: Path, door: DoorRequest): AskedCall {
    const [id = ''] = path.ids;
    const fields = readBody(door);
    mustAgree(fields, 'id', id);
    const apps = appsNamed(fields);
    return linksWrite(this.reads, tenant, 'appGroup.update', path, fields, async (note) => {
      const stood = appsOfGroup(await this.mayWrite(tenant, id, note));
      // The whole list is sent: what is in the group already may be an app that the tenant has not made known here.
      await this.whoMay.mustKnow(
        tenant,
        apps.filter((app) => !stood.includes(app)),
      );
    });
  }

  archiving(tenant: TenantContext, path: Path, { body, query }: DoorRequest): AskedCall {
    mustHaveNoQuery(query);
    mustBeEmpty(body);
    return linksWrite(this.reads, tenant, 'appGroup.archive', path, undefined, (note) =>
      this.mayWrite(tenant, path.ids[0]!, note),
    );
  }

  newCampaign(tenant: TenantContext, path: Path, door: DoorRequest): AskedCall {
    const [groupId = ''] = path.ids;
    const fields = readBody(door);
    mustLack(fields, 'id', 'is given by Kochava: leave it out');
    mustAgree(fields, 'app_group_id', groupId);
    return linksWrite(this.reads, tenant, 'appGroupCampaign.create', path, fields, (note) =>
      this.mayWriteIfListed(tenant, groupId, note),
    );
  }

  campaignUpdate(tenant: TenantContext, path: Path, door: DoorRequest): AskedCall {
    const [groupId = '', id = ''] = path.ids;
    const fields = readBody(door);
    mustAgree(fields, 'id', id);
    mustAgree(fields, 'app_group_id', groupId);
    return linksWrite(this.reads, tenant, 'appGroupCampaign.update', path, fields, async (note) => {
      await this.mayWriteIfListed(tenant, groupId, note);
      note({ resource: resourceOf('campaign', id) });
      if (tenant.appIds) await this.mustHold(tenant, groupId, id);
    });
  }

  private async mayWriteIfListed(tenant: TenantContext, id: string, note: AuditNote): Promise<void> {
    if (tenant.appIds) await this.mayWrite(tenant, id, note);
  }

  private async mayWrite(tenant: TenantContext, id: string, note: AuditNote): Promise<KochavaAppGroup> {
    note({ resource: resourceOf('app group', id) });
    const group = await this.reads.group(tenant, id, true);
    await this.whoMay.mayWrite(tenant, 'app group', id, appsOfGroup(group));
    note({ before: appGroupOf(group) });
    return group;
  }

  /** The path names both, and a server may go by the campaign alone. NOT_FOUND for another group's campaign. */
  private async mustHold(tenant: TenantContext, groupId: string, id: string): Promise<void> {
    const { value } = await this.reads.read(tenant, {
      of: `group:${groupId}:campaigns:true`,
      fresh: true,
      fetch: (client, credential, signal) =>
        client.appGroups.campaigns(credential, groupId, { includeDeleted: true }, { signal }),
    });
    if (!value.some((campaign) => campaign.id === id)) throw notFound('campaign', id);
  }
}

function readBody({ body, query }: DoorRequest): JsonFields | undefined {
  mustHaveNoQuery(query);
  return fieldsIn(body);
}

/**
 * `apps` as the document sends it, numbers, or as it answers it, objects with an `app_id`. BAD_USER_INPUT for any other
 * object: `{"0": 24171}` is a list to some servers, and `{"id": 24171}` an app.
 */
function appsNamed(fields: JsonFields | undefined): string[] {
  const apps = fields && valueOf(fields, 'apps');
  const numbers = (Array.isArray(apps) ? apps : [apps ?? undefined]).flatMap((app: unknown, index) => {
    if (!Array.isArray(apps) || !isFields(app)) return readId(app, `/apps/${index}`) ?? [];
    const number = idOf(app, 'app_id', `/apps/${index}`);
    if (number === undefined || valueOf(app, 'id') !== undefined) {
      throw badInput([
        { pointer: `/apps/${index}`, detail: 'must be the number of an app, or name it in app_id alone' },
      ]);
    }
    return number;
  });
  return [...new Set([...numbers, ...idsNamed(fields, 'app_id')])];
}

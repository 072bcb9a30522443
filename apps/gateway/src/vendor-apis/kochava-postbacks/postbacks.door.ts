import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TenantContext } from '#libs/domain';
import type { AskedCall } from '../asked-call.js';
import { auditedQuery, doorRequest, type Pairs } from '../door-request.js';
import { OwnApps } from '../own-apps.js';
import { PassOn } from '../pass-on.js';
import { checkQueryNames } from '../query-names.js';
import { unmodelled } from '../unmodelled.js';
import { onlyOfApp } from './only-of-app.js';
import { isPostbacksPath, type PostbacksPath, readPostbacksPath } from './postbacks-path.js';
import { KOCHAVA_POSTBACKS } from './postbacks.dialect.js';
import { WrittenPostbacks } from './written-postbacks.js';

const PROVIDER = KOCHAVA_POSTBACKS.provider;

/** FACTS §3: `pageToken=1` asks for pages, then what `nextToken` says. */
const PARAMETERS = ['pagetoken'];

/** Kochava's Postbacks API as its own clients ask it. */
@Injectable()
export class PostbacksDoor {
  constructor(
    private readonly apps: OwnApps,
    private readonly written: WrittenPostbacks,
    private readonly passOn: PassOn,
  ) {}

  /** Answers `request` as Kochava would, with the tenant's credential, of the key's apps alone. */
  async answer(tenant: TenantContext, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    await this.passOn.answer(reply, tenant, KOCHAVA_POSTBACKS, this.asked(tenant, request));
  }

  private asked(tenant: TenantContext, request: FastifyRequest): AskedCall {
    const door = doorRequest(request);
    const path = readPostbacksPath(door.method, door.segments);
    if (!path) return unmodelled(PROVIDER, door, door.query, isPostbacksPath);
    checkQueryNames(door.query, PARAMETERS);
    switch (path.endpoint) {
      case 'create':
        return this.written.creation(tenant, door);
      case 'update':
        return this.written.update(tenant, path.id, door);
      case 'delete':
        return this.written.deletion(tenant, path.id, door);
      default:
        return this.read(tenant, path, door.query);
    }
  }

  private read(tenant: TenantContext, path: Extract<PostbacksPath, { app: string }>, query: Pairs): AskedCall {
    const { app, endpoint } = path;
    const rest = endpoint === 'list' ? '' : `/${endpoint === 'get' ? path.id : endpoint}`;
    const written = `/apps/${app}/postbacks${rest}`;
    return {
      action: 'postbacks.read',
      operation: endpoint,
      scope: 'postbacks:read',
      request: { path: written, query: auditedQuery(query) },
      prepare: async (note) => {
        const [own] = await this.apps.named(tenant, PROVIDER, [app]);
        note({ appId: own!.id, ...(endpoint === 'get' && { resource: `postback:${path.id}` }) });
        return {
          method: 'GET',
          path: written,
          query,
          headers: { accept: 'application/json' },
          ...((endpoint === 'list' || endpoint === 'get') && { rewrite: (body: Buffer) => onlyOfApp(body, app) }),
        };
      },
    };
  }
}

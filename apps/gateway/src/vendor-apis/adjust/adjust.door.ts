import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type TenantContext, badInput } from '#libs/domain';
import type { AskedCall } from '../asked-call.js';
import { auditedQuery, type DoorRequest, doorRequest } from '../door-request.js';
import { OwnApps } from '../own-apps.js';
import { PassOn } from '../pass-on.js';
import { unmodelled } from '../unmodelled.js';
import { ADJUST } from './adjust.dialect.js';
import { isKpiPath, type KpiPath, readKpiPath, writeKpiPath } from './kpi-path.js';
import { readKpiQuery, withoutKey } from './kpi-query.js';

/** Adjust's KPI Service as its own clients ask it. */
@Injectable()
export class AdjustDoor {
  constructor(
    private readonly apps: OwnApps,
    private readonly passOn: PassOn,
  ) {}

  /** Answers `request` as Adjust would, with the tenant's credential, of the key's apps alone. */
  async answer(tenant: TenantContext, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    await this.passOn.answer(reply, tenant, ADJUST, this.asked(tenant, doorRequest(request)));
  }

  private asked(tenant: TenantContext, request: DoorRequest): AskedCall {
    if (isKpiPath(request.segments)) return this.kpis(tenant, request);
    return unmodelled('adjust', request, withoutKey(request.query), ([first]) => first === 'kpis');
  }

  private kpis(tenant: TenantContext, { segments, query, accept }: DoorRequest): AskedCall {
    const path = readKpiPath(segments);
    const { appLists, others } = readKpiQuery(query);
    const names = oneAnswer(path.apps, appLists);
    return {
      action: 'kpis.read',
      operation: path.endpoint,
      scope: 'kpis:read',
      request: { path: writeKpiPath(path, path.apps), appTokens: names, query: auditedQuery(others) },
      prepare: async (note) => {
        const apps = await this.apps.named(tenant, 'adjust', names);
        if (apps.length === 1) note({ appId: apps[0]!.id });
        const tokens = apps.map((app) => app.upstreamName);
        return {
          method: 'GET',
          headers: { accept: accept.includes('text/csv') ? 'text/csv' : 'application/json' },
          ...outgoing(path, tokens, others),
        };
      },
    };
  }
}

/** Named where the caller named them: with one app, Adjust groups by trackers in one place and by apps in the other. */
function outgoing(path: KpiPath, tokens: readonly string[], others: readonly (readonly [string, string])[]) {
  if (path.apps.length > 0) return { path: writeKpiPath(path, tokens), query: others };
  return { path: writeKpiPath(path, []), query: [['app_tokens', tokens.join(',')] as const, ...others] };
}

/** The apps that a request names; BAD_USER_INPUT for none, and for two places that name different ones. */
function oneAnswer(ofPath: readonly string[], lists: readonly (readonly string[])[]): readonly string[] {
  const answers = ofPath.length > 0 ? [ofPath, ...lists] : lists;
  const [first] = answers;
  // Adjust would answer for every app that the credential sees.
  if (!first) throw badInput([{ pointer: '/app_tokens', detail: 'no app is named: name apps here or in the path' }]);
  if (new Set(answers.map(asSet)).size > 1) {
    throw badInput([
      { pointer: '/app_tokens', detail: 'names other apps than the path, or than itself: name them once' },
    ]);
  }
  return first;
}

const asSet = (names: readonly string[]): string => [...new Set(names.map((name) => name.toLowerCase()))].sort().join();

import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#libs/domain';
import { OwnApps } from '../own-apps.js';
import type { AskedCall } from '../asked-call.js';
import { OwnApp } from './own-app.js';
import { isObject, readAnswer, unreadableAnswer, type WireObject, withoutKeys, writeAnswer } from './report-answer.js';
import type { ReportingBody } from './reporting-body.js';
import { post } from './reporting-call.js';

/** What may be written in requests (FACTS §2.3): lists of words, and columns as they were designed at Kochava. */
export const CATALOGUES = ['grouping', 'filtering', 'timezones', 'reportcolumns', 'templates'] as const;

/** What Kochava says of itself, and of the apps of a credential. */
@Injectable()
export class Catalogues {
  constructor(
    private readonly app: OwnApp,
    private readonly apps: OwnApps,
  ) {}

  /** Scope apps:read, as for apps at the other doors. Narrowed to the apps of the key. */
  getapps(tenant: TenantContext): AskedCall {
    return {
      action: 'apps.read',
      operation: 'getapps',
      scope: 'apps:read',
      request: {},
      prepare: () => ({
        ...post('getapps', {}),
        rewrite: async (answer) => {
          const guids = await this.namesOf(tenant, 'kochava-reporting');
          return narrowed(
            'getapps',
            answer,
            (told) => told,
            ({ guid }) => guids.has(String(guid).toLowerCase()),
          );
        },
      }),
    };
  }

  catalogue(tenant: TenantContext, body: ReportingBody, endpoint: (typeof CATALOGUES)[number]): AskedCall {
    return {
      action: 'reports.read',
      operation: endpoint,
      scope: 'reports:read',
      request: body.named('app_guid', 'report', 'traffic'),
      prepare: async (note) => {
        // Some clients ask before they have chosen an app.
        const app = body.value('app_guid') === undefined ? undefined : await this.app.of(tenant, body, 'reports.read');
        if (app) note({ appId: app.id });
        const asked = { ...body.named('report', 'traffic'), ...(app && { app_guid: app.upstreamName }) };
        return { ...post(endpoint, asked), rewrite: (answer) => this.templates(tenant, endpoint, answer) };
      },
    };
  }

  /** A template names its app by Kochava's number, where it is one app's. */
  private async templates(tenant: TenantContext, endpoint: string, answer: Buffer): Promise<Buffer> {
    const told = readAnswer(answer);
    if (!isObject(told) || !Array.isArray(told['template_values'])) return answer;
    const [guids, numbers] = await Promise.all([
      this.namesOf(tenant, 'kochava-reporting'),
      this.namesOf(tenant, 'kochava-postbacks'),
    ]);
    const isOwn = ({ app_id: id }: WireObject): boolean => {
      const name = String(id ?? '').toLowerCase();
      return name === '' || name === '0' || guids.has(name) || numbers.has(name);
    };
    return narrowed(endpoint, answer, (value) => (value as WireObject)['template_values'], isOwn);
  }

  private async namesOf(tenant: TenantContext, provider: 'kochava-reporting' | 'kochava-postbacks') {
    return new Set((await this.apps.all(tenant, provider)).map(({ upstreamName }) => upstreamName.toLowerCase()));
  }
}

/** The list in an answer without what is not `isOwn`; as it came where nothing is to be left out or masked. */
function narrowed(
  operation: string,
  answer: Buffer,
  listIn: (told: unknown) => unknown,
  isOwn: (item: WireObject) => boolean,
): Buffer {
  const told = readAnswer(answer);
  const list = listIn(told);
  if (!Array.isArray(list) || !list.every(isObject)) throw unreadableAnswer(operation);
  const shown = list.filter(isOwn).map(withoutKeys);
  if (shown.length === list.length && shown.every((item, index) => item === list[index])) return answer;
  return writeAnswer(list === told ? shown : { ...(told as WireObject), template_values: shown });
}

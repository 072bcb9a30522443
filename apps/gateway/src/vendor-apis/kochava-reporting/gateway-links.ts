import { Injectable } from '@nestjs/common';
import type { TenantContext } from '#libs/domain';
import { linkExpiresAt } from '#libs/kochava-reporting';
import type { OpenedApp } from '#libs/tenancy';
import { FileLinks } from '../../files/file-links.js';
import type { WireObject } from './report-answer.js';

/** FACTS §2.3: `Expires` of a link is `status_date` and so many seconds. */
const LIFE_SECONDS = 864_000;

/** Which report at Kochava an answer is about. */
export interface ReportName {
  app: OpenedApp;
  appGuid: string;
  token: string;
  credentialVersion: number;
}

/** Puts links of the gateway's own in the place of Kochava's, which open a file to anybody for ten days. */
@Injectable()
export class GatewayLinks {
  constructor(private readonly links: FileLinks) {}

  /** A report as `progress` or `tokens` tells it. The same object where it holds no link. */
  replaced(
    tenant: TenantContext,
    { app, appGuid, token, credentialVersion }: ReportName,
    told: WireObject,
  ): WireObject {
    const linked = Object.entries(told).filter(([, value]) => isLink(value)) as [string, string][];
    if (linked.length === 0) return told;
    const links = linked.map(([name, link]) => {
      const { tenantId, keyId } = tenant;
      const expiresAt = Math.min(secondsOf(linkExpiresAt(link)), endOf(told));
      const file = { tenantId, keyId, appId: app.id, appGuid, reportToken: token, credentialVersion, expiresAt };
      return [name, this.links.to(file)];
    });
    return { ...told, ...Object.fromEntries(links) };
  }
}

const isLink = (value: unknown): boolean => typeof value === 'string' && /^\s*https?:\/\//i.test(value);

const secondsOf = (instant: Date | undefined): number => Math.floor((instant?.getTime() ?? Infinity) / 1000);

function endOf({ status_date: date }: WireObject): number {
  const at = typeof date === 'string' ? Date.parse(`${date.trim().replace(' ', 'T')}Z`) : NaN;
  return Math.floor((Number.isNaN(at) ? Date.now() : at) / 1000) + LIFE_SECONDS;
}

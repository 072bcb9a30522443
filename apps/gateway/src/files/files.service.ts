import { Injectable } from '@nestjs/common';
import { AuditLog } from '#libs/audit';
import { GatewayError, type Leaving, requireScope, type TenantContext } from '#libs/domain';
import { type Download, KochavaReportClient, linkFileName, ReportDownloads } from '#libs/kochava-reporting';
import { AppDirectory, CredentialVault } from '#libs/tenancy';
import { UpstreamError } from '#libs/upstream-http';
import type { LinkedFile } from './file-links.js';

export type LinkedDownload = Download & { fileName: string };

/** Reports' files, opened at Kochava anew each time: its own links are as good as the files, and stay here. */
@Injectable()
export class FilesService {
  constructor(
    private readonly audit: AuditLog,
    private readonly directory: AppDirectory,
    private readonly vault: CredentialVault,
    private readonly reports: KochavaReportClient,
    private readonly downloads: ReportDownloads,
  ) {}

  /** `tenant`: the key under which the link was handed out, as it stands now. A dead link where it may not touch the app any more. */
  open(tenant: TenantContext, file: LinkedFile): Promise<LinkedDownload> {
    const { appId, appGuid, reportToken, credentialVersion } = file;
    const request = { app_guid: appGuid, report_token: reportToken };
    const target = { vendor: 'KOCHAVA', resource: 'kochava-reporting:file', request } as const;
    return this.audit.around(tenant, 'report.download', target, async (note) => {
      await this.mustStillRead(tenant, appId);
      note({ appId });
      const credential = await this.vault.open(tenant.tenantId, 'kochava-reporting', credentialVersion);
      const link = await this.linkOf(credential, { appGuid, token: reportToken }, tenant.signal);
      const download = await this.downloads.download(link, { signal: tenant.signal });
      return { ...download, fileName: linkFileName(link) ?? `report${reportToken}` };
    });
  }

  private async mustStillRead(tenant: TenantContext, appId: string): Promise<void> {
    try {
      requireScope(tenant, 'reports:read');
      await this.directory.get(tenant, appId);
    } catch (error) {
      const { code } = error as GatewayError;
      if (code === 'FORBIDDEN' || code === 'NOT_FOUND') throw deadLink();
      throw error;
    }
  }

  private async linkOf(
    credential: Parameters<KochavaReportClient['progress']>[0],
    name: { appGuid: string; token: string },
    signal: Leaving | undefined,
  ): Promise<string> {
    try {
      const { link } = await this.reports.progress(credential, name, { signal });
      if (link !== undefined) return link;
    } catch (error) {
      if (!(error instanceof UpstreamError) || error.failure !== 'not-found') throw error;
    }
    throw new GatewayError('NOT_FOUND', 'Kochava no longer has this file. Ask for the report again.', { status: 410 });
  }
}

/** Of a link whose time is over, or whose key is: which of them is nobody's business who has only the link. */
export const deadLink = (): GatewayError =>
  new GatewayError('NOT_FOUND', 'This link is dead. Ask for the report’s progress again, which answers a new one.', {
    status: 410,
  });

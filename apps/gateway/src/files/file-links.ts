import { Injectable } from '@nestjs/common';
import { SignedTexts } from '#libs/tenancy';
import { ErrorPages } from '../edge/problem.js';

/** One report's file at Kochava, and the key under which its link was handed out. */
export interface LinkedFile {
  tenantId: string;
  keyId: string;
  /** The gateway's id. */
  appId: string;
  /** By which Kochava knows the report. */
  appGuid: string;
  reportToken: string;
  /** Of the credential that the report belongs to. */
  credentialVersion: number;
  /** Epoch seconds. */
  expiresAt: number;
}

const PURPOSE = 'file links';

/** Links that open one report's file without a key, for clients that expect a vendor's own: PUBLIC_URL and a signed token. */
@Injectable()
export class FileLinks {
  constructor(
    private readonly texts: SignedTexts,
    private readonly urls: ErrorPages,
  ) {}

  to(file: LinkedFile): string {
    const { tenantId, keyId, appId, appGuid, reportToken, credentialVersion, expiresAt } = file;
    const parts = [tenantId, keyId, appId, appGuid, reportToken, credentialVersion, expiresAt];
    return `${this.urls.base}/files/${this.texts.sign(PURPOSE, JSON.stringify(parts))}`;
  }

  /** What a link's token leads to, expired or not; undefined where it is no token of ours. */
  read(token: string): LinkedFile | undefined {
    const text = this.texts.verify(PURPOSE, token);
    if (text === undefined) return undefined;
    const [tenantId, keyId, appId, appGuid, reportToken, credentialVersion, expiresAt] = JSON.parse(text) as [
      string,
      string,
      string,
      string,
      string,
      number,
      number,
    ];
    return { tenantId, keyId, appId, appGuid, reportToken, credentialVersion, expiresAt };
  }
}

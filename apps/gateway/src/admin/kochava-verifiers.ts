import { Injectable } from '@nestjs/common';
import { KochavaLinksClient } from '#libs/kochava-links';
import { KochavaPostbacksClient } from '#libs/kochava-postbacks';
import { KochavaReportClient } from '#libs/kochava-reporting';
import { AppRegistry } from '#libs/tenancy';
import { someNames, type Verify } from './verify.js';

@Injectable()
export class KochavaVerifiers {
  readonly verifiers: Readonly<Record<'kochava-reporting' | 'kochava-postbacks' | 'kochava-links', Verify>>;

  constructor(
    apps: AppRegistry,
    reporting: KochavaReportClient,
    postbacks: KochavaPostbacksClient,
    links: KochavaLinksClient,
  ) {
    this.verifiers = {
      'kochava-reporting': (credential) => reporting.verify(credential),
      'kochava-postbacks': async (credential, tenantId) => {
        const [appId] = await someNames(apps, tenantId, 'kochavaAppId');
        return postbacks.verify(credential, appId);
      },
      'kochava-links': (credential) => links.verify(credential),
    };
  }
}

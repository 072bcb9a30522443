import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from '../config.js';
import { AdjustController } from './adjust/adjust.controller.js';
import { AdjustDoor } from './adjust/adjust.door.js';
import { OwnApps } from './own-apps.js';
import { PassOn, VENDOR_BASE_URLS, type VendorBaseUrls } from './pass-on.js';

/** The vendors' own APIs, for scripts and connectors that were written for them. */
@Module({})
export class VendorApisModule {
  static forRoot({ vendors }: Config): DynamicModule {
    const baseUrls: VendorBaseUrls = {
      adjust: vendors.adjust,
      'adjust-reports': vendors.adjustReports,
      'kochava-reporting': vendors.kochavaReporting,
      'kochava-postbacks': vendors.kochava,
      'kochava-links': vendors.kochavaLinks,
    };
    return {
      module: VendorApisModule,
      controllers: [AdjustController],
      providers: [OwnApps, PassOn, { provide: VENDOR_BASE_URLS, useValue: baseUrls }, AdjustDoor],
    };
  }
}

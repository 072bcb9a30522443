import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from '../config.js';
import { AdjustController } from './adjust/adjust.controller.js';
import { AdjustDoor } from './adjust/adjust.door.js';
import { AdjustReportsController } from './adjust-reports/adjust-reports.controller.js';
import { AdjustReportsDoor } from './adjust-reports/adjust-reports.door.js';
import { NextPages } from './adjust-reports/next-pages.js';
import { OwnApps } from './own-apps.js';
import { PassOn, VENDOR_BASE_URLS, type VendorBaseUrls } from './pass-on.js';

/** The vendors' own APIs, for scripts and connectors that were written for them. */
@Module({})
export class VendorApisModule {
  static forRoot({ vendors, http }: Config): DynamicModule {
    const baseUrls: VendorBaseUrls = {
      adjust: vendors.adjust,
      'adjust-reports': vendors.adjustReports,
      'kochava-reporting': vendors.kochavaReporting,
      'kochava-postbacks': vendors.kochava,
      'kochava-links': vendors.kochavaLinks,
    };
    return {
      module: VendorApisModule,
      controllers: [AdjustController, AdjustReportsController],
      providers: [
        OwnApps,
        PassOn,
        { provide: VENDOR_BASE_URLS, useValue: baseUrls },
        AdjustDoor,
        AdjustReportsDoor,
        { provide: NextPages, useValue: new NextPages(vendors.adjustReports, http.publicUrl) },
      ],
    };
  }
}

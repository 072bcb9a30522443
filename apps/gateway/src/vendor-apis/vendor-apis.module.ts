import { type DynamicModule, Module } from '@nestjs/common';
import type { Config } from '../config.js';
import { FilesModule } from '../files/files.module.js';
import { PostbacksModule } from '../postbacks/postbacks.module.js';
import { SmartLinksModule } from '../smart-links/smart-links.module.js';
import { AdjustController } from './adjust/adjust.controller.js';
import { AdjustDoor } from './adjust/adjust.door.js';
import { AdjustReportsController } from './adjust-reports/adjust-reports.controller.js';
import { AdjustReportsDoor } from './adjust-reports/adjust-reports.door.js';
import { NextPages } from './adjust-reports/next-pages.js';
import { KochavaLinksController } from './kochava-links/links.controller.js';
import { KOCHAVA_LINKS_DOOR } from './kochava-links/providers.js';
import { KochavaPostbacksController } from './kochava-postbacks/postbacks.controller.js';
import { KOCHAVA_POSTBACKS_DOOR } from './kochava-postbacks/providers.js';
import { KOCHAVA_REPORTING_DOOR } from './kochava-reporting/providers.js';
import { ReportingController } from './kochava-reporting/reporting.controller.js';
import { OwnApps } from './own-apps.js';
import { PassOn, VENDOR_BASE_URLS, type VendorBaseUrls } from './pass-on.js';

/** The vendors' own APIs, for scripts and connectors that were written for them. */
@Module({})
export class VendorApisModule {
  /** Reports and schedules that are asked for here are made where all of them are. */
  static forRoot({ vendors, http }: Config, rooms: DynamicModule[]): DynamicModule {
    const baseUrls: VendorBaseUrls = {
      adjust: vendors.adjust,
      'adjust-reports': vendors.adjustReports,
      'kochava-reporting': vendors.kochavaReporting,
      'kochava-postbacks': vendors.kochava,
      'kochava-links': vendors.kochavaLinks,
    };
    return {
      module: VendorApisModule,
      imports: [FilesModule, PostbacksModule, SmartLinksModule, ...rooms],
      controllers: [
        AdjustController,
        AdjustReportsController,
        ReportingController,
        KochavaPostbacksController,
        KochavaLinksController,
      ],
      providers: [
        OwnApps,
        PassOn,
        { provide: VENDOR_BASE_URLS, useValue: baseUrls },
        AdjustDoor,
        AdjustReportsDoor,
        ...KOCHAVA_REPORTING_DOOR,
        ...KOCHAVA_POSTBACKS_DOOR,
        ...KOCHAVA_LINKS_DOOR,
        { provide: NextPages, useValue: new NextPages(vendors.adjustReports, http.publicUrl) },
      ],
    };
  }
}

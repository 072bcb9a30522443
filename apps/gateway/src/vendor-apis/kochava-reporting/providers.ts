import { Catalogues } from './catalogues.js';
import { ListedReports } from './listed-reports.js';
import { OwnApp } from './own-app.js';
import { GatewayLinks } from './gateway-links.js';
import { ReportNaming } from './report-naming.js';
import { ReportWrites } from './report-writes.js';
import { ReportingDoor } from './reporting.door.js';
import { ReportingReads } from './reporting-reads.js';
import { ScheduleNaming } from './schedule-naming.js';
import { ScheduleWrites } from './schedule-writes.js';
import { TokenOwners } from './token-owners.js';

/** What the door of Kochava's Reporting API is made of. */
export const KOCHAVA_REPORTING_DOOR = [
  OwnApp,
  TokenOwners,
  GatewayLinks,
  ListedReports,
  ReportingReads,
  Catalogues,
  ReportNaming,
  ReportWrites,
  ScheduleNaming,
  ScheduleWrites,
  ReportingDoor,
];

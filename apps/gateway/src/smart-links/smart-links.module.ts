import { Module } from '@nestjs/common';
import { AppGroupAppsResolver } from './app-group-apps.resolver.js';
import { AppGroupWritesService } from './app-group-writes.service.js';
import { AppGroupsController } from './app-groups.controller.js';
import { AppGroupsResolver } from './app-groups.resolver.js';
import { AppGroupsService } from './app-groups.service.js';
import { CampaignWritesService } from './campaign-writes.service.js';
import { CampaignsController } from './campaigns.controller.js';
import { LinksReads } from './links-reads.js';
import { LinksWrites } from './links-writes.js';
import { Networks } from './networks.js';
import { PartnersController } from './partners.controller.js';
import { PartnersResolver } from './partners.resolver.js';
import { PartnersService } from './partners.service.js';
import { SmartLinkReplies } from './smart-link-replies.js';
import { SmartLinkWritesService } from './smart-link-writes.service.js';
import { SmartLinksController } from './smart-links.controller.js';
import { SmartLinksResolver } from './smart-links.resolver.js';
import { SmartLinksService } from './smart-links.service.js';
import { WhoMay } from './who-may.js';

@Module({
  controllers: [AppGroupsController, CampaignsController, SmartLinksController, PartnersController],
  providers: [
    LinksReads,
    LinksWrites,
    WhoMay,
    Networks,
    AppGroupsService,
    AppGroupWritesService,
    CampaignWritesService,
    SmartLinksService,
    SmartLinkWritesService,
    PartnersService,
    SmartLinkReplies,
    AppGroupsResolver,
    AppGroupAppsResolver,
    SmartLinksResolver,
    PartnersResolver,
  ],
  exports: [LinksReads, WhoMay, Networks],
})
export class SmartLinksModule {}

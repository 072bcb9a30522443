import { Module } from '@nestjs/common';
import { AppSyncService } from './app-sync.service.js';
import { AppsController } from './apps.controller.js';
import { AppsResolver } from './apps.resolver.js';
import { AppsService } from './apps.service.js';

@Module({ controllers: [AppsController], providers: [AppsResolver, AppsService, AppSyncService] })
export class AppsModule {}

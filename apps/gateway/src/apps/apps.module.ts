import { Module } from '@nestjs/common';
import { AppsController } from './apps.controller.js';
import { AppsResolver } from './apps.resolver.js';
import { AppsService } from './apps.service.js';

@Module({ controllers: [AppsController], providers: [AppsResolver, AppsService] })
export class AppsModule {}

import { Module } from '@nestjs/common';
import { ViewerController } from './viewer.controller.js';
import { ViewerResolver } from './viewer.resolver.js';
import { ViewerService } from './viewer.service.js';

@Module({ controllers: [ViewerController], providers: [ViewerResolver, ViewerService] })
export class ViewerModule {}

import { Module } from '@nestjs/common';
import { AuditEventsController } from './audit-events.controller.js';
import { AuditEventsResolver } from './audit-events.resolver.js';
import { AuditEventsService } from './audit-events.service.js';
import { AuditReplies } from './audit-replies.js';

@Module({ controllers: [AuditEventsController], providers: [AuditEventsResolver, AuditEventsService, AuditReplies] })
export class AuditEventsModule {}

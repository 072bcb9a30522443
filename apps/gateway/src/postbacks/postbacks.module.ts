import { Module } from '@nestjs/common';
import { AppPostbacksResolver } from './app-postbacks.resolver.js';
import { KeptPayloads } from './kept-payloads.js';
import { PostbackReads } from './postback-reads.js';
import { PostbackReplies } from './postback-replies.js';
import { PostbackSender } from './postback-sender.js';
import { PostbackWritesService } from './postback-writes.service.js';
import { PostbacksController } from './postbacks.controller.js';
import { PostbacksResolver } from './postbacks.resolver.js';
import { PostbacksService } from './postbacks.service.js';

@Module({
  controllers: [PostbacksController],
  providers: [
    PostbackReads,
    PostbackSender,
    KeptPayloads,
    PostbacksService,
    PostbackWritesService,
    PostbackReplies,
    PostbacksResolver,
    AppPostbacksResolver,
  ],
  exports: [PostbackReads],
})
export class PostbacksModule {}

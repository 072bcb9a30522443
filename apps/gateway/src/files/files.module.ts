import { Module } from '@nestjs/common';
import { FileLinks } from './file-links.js';
import { FileReplies } from './file-replies.js';
import { FilesController } from './files.controller.js';
import { FilesService } from './files.service.js';
import { LinkedCallers } from './linked-callers.js';

@Module({
  controllers: [FilesController],
  providers: [FileLinks, FilesService, LinkedCallers, FileReplies],
  exports: [FileLinks],
})
export class FilesModule {}

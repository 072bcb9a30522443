import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ForEverybody } from '../edge/needs-scope.js';
import { FileReplies } from './file-replies.js';

@ApiTags('Files')
@Controller('files')
export class FilesController {
  constructor(private readonly replies: FileReplies) {}

  @Get(':token')
  @ForEverybody()
  @ApiOperation({ summary: 'A report’s file, for who has its link: what a vendor’s client fetches without a key.' })
  @ApiOkResponse({ description: 'The file as it lies there, perhaps compressed.' })
  file(@Param('token') token: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.replies.send(token, request, reply);
  }
}

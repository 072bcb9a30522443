import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { beginning } from '../edge/beginning.js';
import { bodyStream } from '../edge/body-stream.js';
import { FilesService } from './files.service.js';
import { LinkedCallers } from './linked-callers.js';

/** The files behind links, streamed. */
@Injectable()
export class FileReplies {
  constructor(
    private readonly callers: LinkedCallers,
    private readonly files: FilesService,
  ) {}

  /** By the vendor's name and type. */
  async send(token: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const { tenant, file } = await this.callers.of(token, request, reply);
    const { body, size, fileName, contentType } = await this.files.open(tenant, file);
    const begun = await beginning(body);
    reply.header('Cache-Control', 'private, no-store');
    reply.header('Content-Disposition', `attachment; filename="${fileName}"`);
    reply.header('Content-Type', contentType ?? 'application/octet-stream');
    if (size !== undefined) reply.header('Content-Length', size);
    await reply.send(bodyStream(request, begun));
  }
}

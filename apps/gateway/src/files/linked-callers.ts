import { Injectable } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GatewayError, type TenantContext } from '#libs/domain';
import { LivingKeys } from '#libs/tenancy';
import { RateLimits } from '../edge/rate-limits.js';
import { RequestCaller } from '../edge/request-caller.js';
import { FileLinks, type LinkedFile } from './file-links.js';
import { deadLink } from './files.service.js';

/** Who asks with a link: the key that it was handed out under, as long as that opens, within its rate. */
@Injectable()
export class LinkedCallers {
  constructor(
    private readonly links: FileLinks,
    private readonly keys: LivingKeys,
    private readonly rateLimits: RateLimits,
  ) {}

  /** NOT_FOUND (404) for what is no token of ours, as 410 for one that is dead; RATE_LIMITED. */
  async of(
    token: string,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<{ tenant: TenantContext; file: LinkedFile }> {
    const file = this.links.read(token);
    if (!file) throw new GatewayError('NOT_FOUND', 'There is no such file.');
    if (file.expiresAt * 1000 <= Date.now()) throw deadLink();
    const key = await this.keys.of(file.tenantId, file.keyId);
    if (!key) throw deadLink();
    const tenant = new RequestCaller(key, 'VENDOR', request.id, false, reply.raw);
    // The request's line in the log names it.
    request.caller = tenant;
    if (key.requestsPerMinute !== null) await this.rateLimits.take(tenant, key.requestsPerMinute, reply);
    return { tenant, file };
  }
}

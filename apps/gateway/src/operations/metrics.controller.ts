import { Controller, Get, Headers, Inject, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { GatewayError } from '#libs/domain';
import { ForEverybody } from '../edge/needs-scope.js';
import { sameSecret } from '../edge/same-secret.js';
import { GatewayMetrics } from './gateway-metrics.js';

export const METRICS_TOKEN = Symbol('metrics token');

@ApiExcludeController()
@Controller('metrics')
@ForEverybody()
export class MetricsController {
  constructor(
    private readonly metrics: GatewayMetrics,
    @Inject(METRICS_TOKEN) private readonly token: { value: string | undefined },
  ) {}

  @Get()
  read(@Res({ passthrough: true }) reply: FastifyReply, @Headers('authorization') authorization = ''): Promise<string> {
    const presented = /^Bearer\s+(.+)$/i.exec(authorization)?.[1] ?? '';
    if (this.token.value !== undefined && !sameSecret(presented, this.token.value)) {
      throw new GatewayError('UNAUTHENTICATED', 'Send METRICS_TOKEN as a Bearer token.');
    }
    reply.type(this.metrics.registry.contentType);
    return this.metrics.registry.metrics();
  }
}

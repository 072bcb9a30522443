import type { FastifyInstance } from 'fastify';
import type { LoggedRequest } from './request-log.js';
import type { MisbehaviourRule } from './misbehave/rules.js';

/** Path of the stand-in's own routes, for processes that do not hold the Sandbox object. */
export const CONTROL_PATH = '/__sandbox';
export const isControl = (url: string): boolean => url.startsWith(`${CONTROL_PATH}/`);

/** What can be done to a running sandbox from outside. */
export interface Controllable {
  readonly requests: readonly LoggedRequest[];
  misbehave(rule: MisbehaviourRule): void;
  reset(): void;
  now(): Date;
  setNow(instant: Date | undefined): void;
}

/**
 * - `GET /__sandbox/requests`: the log, oldest first
 * - `POST /__sandbox/misbehave`: a MisbehaviourRule
 * - `POST /__sandbox/reset`: no rules, no log, the real time
 * - `GET /__sandbox/clock`, `PUT /__sandbox/clock` `{ "now": "2026-03-01T12:00:00Z" }`, null for the real time
 */
export function controlRoutes(server: FastifyInstance, sandbox: Controllable): void {
  server.get(`${CONTROL_PATH}/requests`, async () => ({ requests: sandbox.requests }));
  server.post(`${CONTROL_PATH}/misbehave`, async (request, reply) => {
    try {
      sandbox.misbehave(request.body as MisbehaviourRule);
    } catch (error) {
      return reply.code(400).send({ error: (error as Error).message });
    }
    return { armed: true };
  });
  server.post(`${CONTROL_PATH}/reset`, async () => {
    sandbox.reset();
    return { reset: true };
  });
  server.get(`${CONTROL_PATH}/clock`, async () => ({ now: sandbox.now().toISOString() }));
  server.put(`${CONTROL_PATH}/clock`, async (request, reply) => {
    const { now } = (request.body ?? {}) as { now?: string | null };
    const instant = now === null || now === undefined ? undefined : new Date(now);
    if (instant && Number.isNaN(instant.getTime()))
      return reply.code(400).send({ error: 'now must be an ISO 8601 instant' });
    sandbox.setNow(instant);
    return { now: sandbox.now().toISOString() };
  });
}

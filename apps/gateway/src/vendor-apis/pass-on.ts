import { Inject, Injectable } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { AUDIT_ACTIONS, AuditLog } from '#libs/audit';
import { GatewayError, type Provider, type Scope, type TenantContext, vendorOf } from '#libs/domain';
import { CredentialVault, holdsApiKey } from '#libs/tenancy';
import { UpstreamHttp } from '#libs/upstream-http';
import { beforeSending } from '../edge/before-sending.js';
import { bodyStream } from '../edge/body-stream.js';
import { toGatewayError } from '../edge/gateway-failure.js';
import type { AskedCall } from './asked-call.js';
import type { Dialect } from './dialect.js';
import { nothingHere } from './unmodelled.js';
import { exchange, type Passed, VendorRefusal } from './vendor-exchange.js';

/** Where each vendor's API is: scheme, host, port and any path prefix. */
export const VENDOR_BASE_URLS = Symbol('vendor base URLs');
export type VendorBaseUrls = Readonly<Record<Provider, string>>;

/** The room behind the vendors' doors: scope, audit, the tenant's credential, and the vendor's answer as it came. */
@Injectable()
export class PassOn {
  constructor(
    private readonly audit: AuditLog,
    private readonly vault: CredentialVault,
    private readonly http: UpstreamHttp,
    @Inject(VENDOR_BASE_URLS) private readonly baseUrls: VendorBaseUrls,
  ) {}

  /** Answers with what the vendor says to `asked`, an error of its own included; throws only errors of the gateway's. */
  async answer(reply: FastifyReply, tenant: TenantContext, dialect: Dialect, asked: AskedCall): Promise<void> {
    this.mustAllow(tenant, asked.scope);
    refuseKeysIn(dialect, asked.request);
    let passed: Passed;
    try {
      passed = await this.pass(tenant, dialect, asked);
    } catch (error) {
      if (!(error instanceof VendorRefusal)) throw toGatewayError(error);
      passed = error.answer;
    }
    await handOn(reply, passed);
  }

  private pass(tenant: TenantContext, dialect: Dialect, asked: AskedCall): Promise<Passed> {
    const { provider } = dialect;
    const target = { vendor: vendorOf(provider), resource: `${provider}:${asked.operation}`, request: asked.request };
    return this.audit.around(tenant, asked.action, target, async (note) => {
      const call = await beforeSending(() => asked.prepare(note));
      const sending = {
        dialect,
        baseUrl: this.baseUrls[provider],
        credential: await this.vault.open(tenant.tenantId, provider, call.credentialVersion),
        operation: asked.operation,
        safeToRepeat: !isWrite(asked),
        signal: tenant.signal,
      };
      try {
        const passed = await exchange(this.http, sending, call);
        note({ upstreamStatus: passed.status });
        return passed;
      } catch (error) {
        throw error instanceof VendorRefusal ? error : outcomeOf(error, asked);
      } finally {
        await call.sent?.();
      }
    });
  }

  /** FORBIDDEN, and audited; NOT_FOUND in place of what the gateway does not model. */
  mustAllow(tenant: TenantContext, scope: Scope): void {
    const isUnmodelled = scope.startsWith('vendor:');
    if (tenant.scopes.has(scope) && !(isUnmodelled && tenant.appIds)) return;
    this.audit.denied(tenant, 'key.denied', 'FORBIDDEN', { resource: `scope:${scope}` });
    if (isUnmodelled) throw nothingHere();
    throw new GatewayError('FORBIDDEN', `This key lacks the scope ${scope}. Ask the operator for a key that has it.`);
  }
}

/** BAD_USER_INPUT where a gateway key stands in what would be sent on, or kept. */
export function refuseKeysIn(dialect: Dialect, request: unknown): void {
  if (!holdsApiKey(JSON.stringify(request))) return;
  throw new GatewayError(
    'BAD_USER_INPUT',
    `A gateway key stands where it would be sent on to ${dialect.vendorName}. Send it ${dialect.keyHint}, and nowhere else.`,
  );
}

const isWrite = ({ action }: AskedCall): boolean => AUDIT_ACTIONS[action].kind === 'write';

/** A write whose answer was lost may have been done: the caller must look before sending it again. */
function outcomeOf(thrown: unknown, asked: AskedCall): GatewayError {
  const error = toGatewayError(thrown);
  if (!isWrite(asked) || error.details.sent !== 'maybe') return error;
  return new GatewayError(
    'OUTCOME_UNKNOWN',
    `${error.message} It was sent, and may have been done: look before you send it again.`,
    error.details,
  );
}

/** Headers of a vendor's that mean the same to our callers; others stay here. */
const HANDED_ON = ['content-type', 'retry-after'] as const;

async function handOn(reply: FastifyReply, { status, headers, body }: Passed): Promise<void> {
  reply.code(status).header('Cache-Control', 'private, no-store');
  for (const name of HANDED_ON) if (headers[name] !== undefined) reply.header(name, headers[name]);
  await reply.send(Buffer.isBuffer(body) ? body : bodyStream(reply.request, body));
}

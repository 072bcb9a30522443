import { Injectable } from '@nestjs/common';
import type { AuditAction, AuditNote } from '#libs/audit';
import { GatewayError, type OperatorContext, type Provider, PROVIDERS, badInput, vendorOf } from '#libs/domain';
import { type CredentialSummary, CredentialVault, type OpenCredential, type TenantRecord } from '#libs/tenancy';
import { toGatewayError } from '../edge/gateway-failure.js';
import { CredentialVerifiers } from './credential-verifiers.js';
import { OperatorActs } from './operator-acts.js';
import { isNeeded, type RetiredCredential, RetiredCredentials } from './retired-credentials.js';
import type { VendorVerdict } from './verify.js';

export interface CheckedCredential extends VendorVerdict {
  checkedAt: Date;
}

/** The tenants' vendor credentials: set, described and checked, never shown. */
@Injectable()
export class CredentialsAdmin {
  constructor(
    private readonly vault: CredentialVault,
    private readonly verifiers: CredentialVerifiers,
    private readonly acts: OperatorActs,
    private readonly retirements: RetiredCredentials,
  ) {}

  /**
   * Sets the credential. Where one stood before, the vendor is asked with the new one first: CREDENTIAL_REJECTED when it
   * refuses it, and the vendor's failure when it does not tell; the old one stays.
   */
  async put(operator: OperatorContext, slug: string, provider: string, input: unknown): Promise<CredentialSummary> {
    const secret = secretOf(input);
    return this.act(operator, slug, 'credential.put', provider, [secret], async (tenant, known, note) => {
      const verify = this.verifiers.of(known);
      const summary = await this.vault.put(tenant.id, known, secret, {
        verify: (credential) => acceptedOrThrow(known, () => verify(credential, tenant.id)),
      });
      note({ after: summary });
      return summary;
    });
  }

  list(operator: OperatorContext, slug: string): Promise<CredentialSummary[]> {
    return this.acts.on(operator, slug, 'credential.read', {}, (tenant) => this.vault.list(tenant.id));
  }

  describe(operator: OperatorContext, slug: string, provider: string): Promise<CredentialSummary> {
    return this.act(operator, slug, 'credential.read', provider, [], (tenant, known) =>
      this.vault.describe(tenant.id, known),
    );
  }

  /** Older versions that are kept, and how much at the vendor still belongs to each. */
  retired(operator: OperatorContext, slug: string, provider: string): Promise<RetiredCredential[]> {
    return this.act(operator, slug, 'credential.read', provider, [], (tenant, known) =>
      this.retirements.list(tenant.id, known),
    );
  }

  /** Deletes the older versions that nothing needs; answers those that stay. */
  dropRetired(operator: OperatorContext, slug: string, provider: string): Promise<RetiredCredential[]> {
    return this.act(operator, slug, 'credential.delete', provider, [], async (tenant, known, note) => {
      const before = await this.retirements.list(tenant.id, known);
      const [stay, go] = [before.filter(isNeeded), before.filter((one) => !isNeeded(one))];
      note({ before, after: stay });
      const versions = go.map(({ version }) => version);
      await this.vault.dropRetired(tenant.id, known, versions);
      return stay;
    });
  }

  /** Asks the vendor. */
  verify(operator: OperatorContext, slug: string, provider: string): Promise<CheckedCredential> {
    return this.act(operator, slug, 'credential.verify', provider, [], async (tenant, known, note) => {
      const credential: OpenCredential = await this.vault.open(tenant.id, known);
      const { valid, message } = await this.verifiers.of(known)(credential, tenant.id);
      const checked = { valid, checkedAt: new Date(), message };
      note({ after: checked });
      return checked;
    });
  }

  delete(operator: OperatorContext, slug: string, provider: string): Promise<void> {
    return this.act(operator, slug, 'credential.delete', provider, [], async (tenant, known, note) => {
      note({ before: await this.vault.describe(tenant.id, known) });
      await this.vault.delete(tenant.id, known);
    });
  }

  private act<T>(
    operator: OperatorContext,
    slug: string,
    action: AuditAction,
    name: string,
    secrets: string[],
    work: (tenant: TenantRecord, provider: Provider, note: AuditNote) => Promise<T>,
  ): Promise<T> {
    const provider = providerOf(name);
    const target = { resource: `credential:${provider}`, vendor: vendorOf(provider), secrets };
    return this.acts.on(operator, slug, action, target, (tenant, note) => work(tenant, provider, note));
  }
}

function providerOf(name: string): Provider {
  const provider = PROVIDERS.find((known) => known === name);
  if (provider) return provider;
  const shown = JSON.stringify(name.slice(0, 100));
  throw new GatewayError('NOT_FOUND', `No provider ${shown}. There are ${PROVIDERS.join(', ')}.`);
}

/** What else is bad in a secret is the vault's to say. */
function secretOf(input: unknown): string {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw badInput([{ pointer: '', detail: 'must be a JSON object' }]);
  }
  const { secret, ...others } = input as { secret?: unknown };
  const problems = Object.keys(others).map((name) => ({ pointer: `/${name}`, detail: 'is not a field here' }));
  if (typeof secret !== 'string' || secret.trim() === '') {
    problems.unshift({ pointer: '/secret', detail: 'must be the credential, as text' });
  }
  if (problems.length > 0) throw badInput(problems);
  return (secret as string).trim();
}

async function acceptedOrThrow(provider: Provider, verify: () => Promise<VendorVerdict>): Promise<void> {
  const vendor = vendorOf(provider);
  let verdict: VendorVerdict;
  try {
    verdict = await verify();
  } catch (thrown) {
    const { code, message, details } = toGatewayError(thrown);
    // Nothing was written anywhere: that the vendor did not tell leaves no doubt about that.
    throw new GatewayError(code, unchanged(message), { ...details, sent: 'no' });
  }
  if (verdict.valid) return;
  throw new GatewayError('CREDENTIAL_REJECTED', unchanged(verdict.message), { vendor });
}

/** Vendors end their sentences, or don't. */
const unchanged = (message: string): string =>
  `${/[.!?]$/.test(message) ? message : `${message}.`} The credential was not changed.`;

import { Injectable } from '@nestjs/common';
import type { Provider } from '#libs/domain';
import { AdjustVerifiers } from './adjust-verifiers.js';
import { KochavaVerifiers } from './kochava-verifiers.js';
import type { Verify } from './verify.js';

/** How each provider's credential is checked, by a read that changes nothing there. */
@Injectable()
export class CredentialVerifiers {
  private readonly verifiers: Readonly<Record<Provider, Verify>>;

  constructor(adjust: AdjustVerifiers, kochava: KochavaVerifiers) {
    this.verifiers = { ...adjust.verifiers, ...kochava.verifiers };
  }

  of(provider: Provider): Verify {
    return this.verifiers[provider];
  }
}

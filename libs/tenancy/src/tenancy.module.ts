import { type DynamicModule, Module } from '@nestjs/common';
import { ApiKeys } from './api-keys.js';
import { AppRegistry } from './app-registry.js';
import { AppDirectory } from './apps.js';
import { CredentialVault } from './credential-vault.js';
import { LastUsed } from './last-used.js';
import { LivingKeys } from './living-keys.js';
import { NetworkAliases } from './network-aliases.js';
import { ReEncryptor } from './re-encryption.js';
import { SealedTexts } from './sealed-texts.js';
import { Keyring, parseKeyring } from './sealing.js';
import { SignedTexts } from './signed-texts.js';
import { TenantChanges } from './tenant-changes.js';
import { TenantLimits } from './tenant-limits.js';
import { Tenants } from './tenants.js';

const PUBLIC = [
  ApiKeys,
  AppDirectory,
  AppRegistry,
  CredentialVault,
  LivingKeys,
  NetworkAliases,
  ReEncryptor,
  SealedTexts,
  SignedTexts,
  TenantChanges,
  TenantLimits,
  Tenants,
];

/** Tenants, their keys, apps and credentials. Needs PrismaService from a global module. */
@Module({})
export class TenancyModule {
  /** `credentialKeys` in the form of CREDENTIAL_KEYS; throws as `parseKeyring` does. */
  static forRoot({ credentialKeys }: { credentialKeys: string }): DynamicModule {
    return {
      module: TenancyModule,
      global: true,
      providers: [...PUBLIC, LastUsed, { provide: Keyring, useValue: parseKeyring(credentialKeys) }],
      exports: PUBLIC,
    };
  }
}

export { apiKeyPrefix, hashApiKey, holdsApiKey, isApiKey, newApiKey } from './api-key-format.js';
export type { ApiKeyInput } from './api-key-settings.js';
export {
  type ApiKeyRecord,
  ApiKeys,
  type IssuedApiKey,
  type KeyCheck,
  type KnownKey,
  type RotatedApiKey,
} from './api-keys.js';
export type { AuthenticatedKey } from './authenticated-key.js';
export type { AppListInput, AppPage } from './app-pages.js';
export type { AppRecord } from './app-record.js';
export { type AppInput, AppRegistry } from './app-registry.js';
export { AppDirectory, type OpenedApp, type OpenedApps } from './apps.js';
export {
  type CredentialSummary,
  CredentialVault,
  fingerprintOf,
  type OpenCredential,
  type PutCredentialOptions,
} from './credential-vault.js';
export { changesHere, LONGEST_UNCHANGED_MS } from './fresh-cache.js';
export { LastUsed } from './last-used.js';
export { LivingKeys } from './living-keys.js';
export { type NetworkAlias, NetworkAliases, type NetworkAliasInput } from './network-aliases.js';
export { NetworkNames } from './network-names.js';
export type { Page, PageInput } from './page.js';
export { type Platform, PLATFORMS } from './platforms.js';
export { type ReEncryption, ReEncryptor } from './re-encryption.js';
export { SealedTexts } from './sealed-texts.js';
export { Keyring, parseKeyring } from './sealing.js';
export { Secret } from './secret.js';
export { SignedTexts } from './signed-texts.js';
export { TenancyModule } from './tenancy.module.js';
export { TenantChanges } from './tenant-changes.js';
export { hostAllowed, type Limits, type LimitsInput, mailAllowed, TenantLimits } from './tenant-limits.js';
export { type TenantRecord, Tenants } from './tenants.js';

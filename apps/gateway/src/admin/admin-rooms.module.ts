import { Module } from '@nestjs/common';
import { AdjustVerifiers } from './adjust-verifiers.js';
import { ApiKeysAdmin } from './api-keys-admin.service.js';
import { AppsAdmin } from './apps-admin.service.js';
import { AuditAdmin } from './audit-admin.service.js';
import { CredentialVerifiers } from './credential-verifiers.js';
import { CredentialsAdmin } from './credentials-admin.service.js';
import { KochavaVerifiers } from './kochava-verifiers.js';
import { OperatorActs } from './operator-acts.js';
import { ReEncryptionAdmin } from './re-encryption-admin.service.js';
import { RetiredCredentials } from './retired-credentials.js';
import { TenantSettingsAdmin } from './tenant-settings-admin.service.js';
import { TenantsAdmin } from './tenants-admin.service.js';

const ROOMS = [
  TenantsAdmin,
  CredentialsAdmin,
  AppsAdmin,
  ApiKeysAdmin,
  TenantSettingsAdmin,
  AuditAdmin,
  ReEncryptionAdmin,
];

/** What the operator can do, without the doors: for the admin API and for the command line. */
@Module({
  providers: [...ROOMS, OperatorActs, CredentialVerifiers, AdjustVerifiers, KochavaVerifiers, RetiredCredentials],
  exports: ROOMS,
})
export class AdminRoomsModule {}

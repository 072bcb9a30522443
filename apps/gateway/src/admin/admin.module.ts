import { Module } from '@nestjs/common';
import { AdminRoomsModule } from './admin-rooms.module.js';
import { ApiKeysAdminController } from './api-keys-admin.controller.js';
import { AppsAdminController } from './apps-admin.controller.js';
import { CredentialsAdminController } from './credentials-admin.controller.js';
import { TenantSettingsAdminController } from './tenant-settings-admin.controller.js';
import { TenantsAdminController } from './tenants-admin.controller.js';

@Module({
  imports: [AdminRoomsModule],
  controllers: [
    TenantsAdminController,
    CredentialsAdminController,
    AppsAdminController,
    ApiKeysAdminController,
    TenantSettingsAdminController,
  ],
})
export class AdminModule {}

import { type DynamicModule, Module } from '@nestjs/common';
import { AuditModule } from '#libs/audit';
import { TenancyModule } from '#libs/tenancy';
import { AdminRoomsModule } from '../admin/admin-rooms.module.js';
import type { Config } from '../config.js';
import { toGatewayError } from '../edge/gateway-failure.js';
import { Log } from '../operations/log.js';
import { SharedModule } from '../shared.module.js';

export interface CliParts {
  config: Config;
  databaseUrl: string;
  /** In the form of CREDENTIAL_KEYS. */
  credentialKeys: string;
}

/** The rooms of the admin API, without any door. */
@Module({})
export class CliModule {
  static forRoot({ config, databaseUrl, credentialKeys }: CliParts): DynamicModule {
    const say = (_fields: object, message: string) => void process.stderr.write(`${message}\n`);
    return {
      module: CliModule,
      imports: [
        SharedModule.forRoot(config, Log.silent(), databaseUrl),
        TenancyModule.forRoot({ credentialKeys }),
        AuditModule.forRoot({ translate: toGatewayError, log: { warn: say, error: say } }),
        AdminRoomsModule,
      ],
    };
  }
}

import type { Command } from 'commander';
import { ReEncryptionAdmin } from '../admin/re-encryption-admin.service.js';
import { answering, remark, type Shown, showOne } from './output.js';
import type { Session } from './session.js';

export function maintenanceCommands(program: Command, session: Session): void {
  answering(program.command('migrate'))
    .description('bring the database up to date; a gateway that starts does so too')
    .action(async (shown: Shown) => {
      const { applied } = await session.database();
      showOne({ applied }, shown);
    });
  answering(program.command('re-encrypt'))
    .description('move every credential to the first key of CREDENTIAL_KEYS')
    .action(async (shown: Shown) => {
      const room = await session.room(ReEncryptionAdmin);
      const result = await room.run(session.operator, ({ resealed }) => remark(`${resealed} re-encrypted …`));
      showOne({ resealed: result.resealed, failed: result.failed }, shown);
      session.exitCode = result.failed.length > 0 ? 1 : 0;
    });
}

import type { Command } from 'commander';
import { answering, type Shown } from './output.js';
import type { Session } from './session.js';

export function maintenanceCommands(program: Command, session: Session): void {
  answering(program.command('migrate'))
    .description('bring the database up to date; a gateway that starts does so too')
    .action(async (shown: Shown) => {
      const { applied } = await session.database();
      session.print.one({ applied }, shown);
    });
  answering(program.command('re-encrypt'))
    .description('move every credential to the first key of CREDENTIAL_KEYS')
    .action(async (shown: Shown) => {
      const { reEncryption } = await session.rooms();
      const result = await reEncryption.run(session.operator, ({ resealed }) =>
        session.print.remark(`${resealed} re-encrypted …`),
      );
      session.print.one({ resealed: result.resealed, failed: result.failed }, shown);
      session.exitCode = result.failed.length > 0 ? 1 : 0;
    });
}

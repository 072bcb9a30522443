import type { Command } from 'commander';
import { PROVIDERS } from '#libs/domain';
import { answering, type Shown } from './output.js';
import { readSecret } from './secret-input.js';
import type { Session } from './session.js';

type OfTenant = Shown & { tenant: string };

export function credentialCommands(program: Command, session: Session): void {
  const { operator } = session;
  const credentials = program
    .command('credentials')
    .description(`the tenants' secrets at the vendors: ${PROVIDERS.join(', ')}`);
  const room = async () => (await session.rooms()).credentials;
  const command = (usage: string, description: string): Command =>
    credentials.command(usage).description(description).requiredOption('--tenant <slug>', 'whose');

  answering(command('put <provider>', 'set one; its secret is piped in, typed, or read from the environment'))
    .option('--secret-env <variable>', 'the environment variable that holds the secret')
    .action(async (provider: string, { tenant, secretEnv, ...shown }: OfTenant & { secretEnv?: string }) => {
      const secret = await readSecret(session.io, session.env, secretEnv);
      session.print.one(await (await room()).put(operator, tenant, provider, { secret }), shown);
    });
  answering(command('list', 'which there are')).action(async ({ tenant, ...shown }: OfTenant) =>
    session.print.many(await (await room()).list(operator, tenant), ['provider', 'fingerprint', 'updatedAt'], shown),
  );
  answering(command('retired <provider>', 'older versions, and what still needs them'))
    .option('--drop', 'delete those that nothing needs; shows those that stay')
    .action(async (provider: string, { tenant, drop, ...shown }: OfTenant & { drop?: true }) => {
      const credentials = await room();
      const left = drop
        ? await credentials.dropRetired(operator, tenant, provider)
        : await credentials.retired(operator, tenant, provider);
      session.print.many(left, ['provider', 'version', 'fingerprint', 'retiredAt', 'reports', 'schedules'], shown);
    });
  answering(command('verify <provider>', 'ask the vendor; exits 1 when it refuses')).action(
    async (provider: string, { tenant, ...shown }: OfTenant) => {
      const checked = await (await room()).verify(operator, tenant, provider);
      session.print.one(checked, shown);
      session.exitCode = checked.valid ? 0 : 1;
    },
  );
  command('delete <provider>', 'delete one in every version').action(async (provider: string, { tenant }: OfTenant) => {
    await (await room()).delete(operator, tenant, provider);
    session.print.remark(`The ${provider} credential of ${tenant} is deleted.`);
  });
}

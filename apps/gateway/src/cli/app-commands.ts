import type { Command } from 'commander';
import type { AppInput } from '#libs/tenancy';
import { answering, everyPage, type Shown } from './output.js';
import type { Session } from './session.js';

type OfTenant = Shown & { tenant: string };

export function appCommands(program: Command, session: Session): void {
  const { operator } = session;
  const apps = program.command('apps').description('the tenants’ apps, by their names at the vendors');
  const command = (usage: string, description: string): Command =>
    answering(apps.command(usage)).description(description).requiredOption('--tenant <slug>', 'whose');

  command('create', 'add one')
    .requiredOption('--name <name>', 'what people call it')
    .requiredOption('--platform <platform>', 'ios, android, web, …')
    .option('--adjust-token <token>', 'its token at Adjust')
    .option('--kochava-guid <guid>', 'its guid at Kochava, for reports')
    .option('--kochava-app-id <number>', 'its number at Kochava, for postbacks and links')
    .action(async ({ tenant, json, ...input }: OfTenant & AppInput) =>
      session.print.one(await (await session.rooms()).apps.create(operator, tenant, input), { json }),
    );
  command('list', 'all of them, by name').action(async ({ tenant, ...shown }: OfTenant) => {
    const { apps: room } = await session.rooms();
    const all = await everyPage((page) => room.list(operator, tenant, page));
    session.print.many(all, ['name', 'platform', 'id', 'adjustToken', 'kochavaGuid', 'kochavaAppId'], shown);
  });
}

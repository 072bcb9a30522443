import type { Command } from 'commander';
import { answering, everyPage, type Shown } from './output.js';
import type { Session } from './session.js';

export function tenantCommands(program: Command, session: Session): void {
  const { operator } = session;
  const tenants = program.command('tenants').description('the growth teams that share this gateway');

  answering(tenants.command('create <slug>'))
    .description('make one')
    .requiredOption('--name <name>', 'what people call it')
    .action(async (slug: string, { name, ...shown }: Shown & { name: string }) =>
      session.print.one(await (await session.rooms()).tenants.create(operator, { slug, name }), shown),
    );
  answering(tenants.command('list'))
    .description('all of them, oldest first')
    .action(async (shown: Shown) => {
      const { tenants: room } = await session.rooms();
      const all = await everyPage((page) => room.list(operator, page));
      session.print.many(all, ['slug', 'name', 'id', 'createdAt'], shown);
    });
  tenants
    .command('delete <slug>')
    .description('delete one with its apps, keys and credentials; its audit log stays')
    .requiredOption('--yes', 'yes, there is no way back')
    .action(async (slug: string) => {
      const { id } = await (await session.rooms()).tenants.delete(operator, slug);
      session.print.remark(`${slug} is deleted. Its audit chain is ${id}.`);
    });
}

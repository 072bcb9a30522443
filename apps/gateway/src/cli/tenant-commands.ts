import type { Command } from 'commander';
import { TenantsAdmin } from '../admin/tenants-admin.service.js';
import { answering, everyPage, remark, type Shown, showMany, showOne } from './output.js';
import type { Session } from './session.js';

export function tenantCommands(program: Command, session: Session): void {
  const { operator } = session;
  const tenants = program.command('tenants').description('the growth teams that share this gateway');

  answering(tenants.command('create <slug>'))
    .description('make one')
    .requiredOption('--name <name>', 'what people call it')
    .action(async (slug: string, { name, ...shown }: Shown & { name: string }) =>
      showOne(await (await session.room(TenantsAdmin)).create(operator, { slug, name }), shown),
    );
  answering(tenants.command('list'))
    .description('all of them, oldest first')
    .action(async (shown: Shown) => {
      const room = await session.room(TenantsAdmin);
      const all = await everyPage((page) => room.list(operator, page));
      showMany(all, ['slug', 'name', 'id', 'createdAt'], shown);
    });
  tenants
    .command('delete <slug>')
    .description('delete one with its apps, keys and credentials; its audit log stays')
    .requiredOption('--yes', 'yes, there is no way back')
    .action(async (slug: string) => {
      const { id } = await (await session.room(TenantsAdmin)).delete(operator, slug);
      remark(`${slug} is deleted. Its audit chain is ${id}.`);
    });
}

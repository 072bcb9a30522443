import type { Command } from 'commander';
import { SCOPES } from '#libs/domain';
import { collected, given, listed, whole } from './option-values.js';
import { answering, everyPage, type Shown } from './output.js';
import type { Session } from './session.js';

type OfTenant = Shown & { tenant: string };
type Issuing = OfTenant & {
  name: string;
  scopes: string[];
  app?: string[];
  expiresAt?: string;
  requestsPerMinute?: number;
};

const COLUMNS = ['name', 'prefix', 'id', 'scopes', 'appIds', 'expiresAt', 'lastUsedAt', 'revokedAt'];

export function keyCommands(program: Command, session: Session): void {
  const { operator } = session;
  const keys = program.command('keys').description('the keys that callers hold');
  const room = async () => (await session.rooms()).keys;
  const command = (usage: string, description: string): Command =>
    keys.command(usage).description(description).requiredOption('--tenant <slug>', 'whose');

  answering(command('issue', 'make one; it is shown this once'))
    .requiredOption('--name <name>', 'what it is for')
    .requiredOption('--scopes <scopes>', `comma separated: ${SCOPES.join(' ')}`, listed)
    .option('--app <id>', 'an app that it may touch, once for each; without: every app', collected)
    .option('--expires-at <instant>', 'when it ends: 2030-01-31T00:00:00Z')
    .option('--requests-per-minute <count>', 'its rate limit', whole)
    .action(async ({ tenant, json, app, ...settings }: Issuing) => {
      const input = { ...settings, ...given({ appIds: app }) };
      session.print.one(await (await room()).issue(operator, tenant, input), { json });
      session.print.remark('The key is shown this once.');
    });
  answering(command('list', 'all of them, oldest first')).action(async ({ tenant, ...shown }: OfTenant) => {
    const admin = await room();
    session.print.many(await everyPage((page) => admin.list(operator, tenant, page)), COLUMNS, shown);
  });
  answering(command('rotate <id>', 'a new key with the same settings, while the old one goes on for a day'))
    .option('--grace-seconds <seconds>', 'how long the old one goes on', whole)
    .action(async (id: string, { tenant, json, ...options }: OfTenant & { graceSeconds?: number }) => {
      session.print.one(await (await room()).rotate(operator, tenant, id, options), { json });
      session.print.remark('The key is shown this once.');
    });
  command('revoke <id>', 'end one now').action(async (id: string, { tenant }: OfTenant) => {
    const { prefix } = await (await room()).revoke(operator, tenant, id);
    session.print.remark(`${prefix}… is revoked.`);
  });
}

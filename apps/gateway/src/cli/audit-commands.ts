import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command, Option } from 'commander';
import type { ChainReport } from '#libs/audit';
import type { ChainHeads } from '../admin/audit-admin.service.js';
import { instant } from './option-values.js';
import { answering, type Shown } from './output.js';
import type { Session } from './session.js';

interface Chosen {
  tenant?: string;
  chain?: string;
}

export function auditCommands(program: Command, session: Session): void {
  const { operator } = session;
  const audit = program.command('audit').description('the log of what was asked and done, a hash chain per tenant');
  const choosing = (command: Command): Command =>
    command
      .addOption(new Option('--tenant <slug>', 'the chain of this tenant').conflicts('chain'))
      .option('--chain <id>', 'the chain of a tenant that is deleted, by its id, or `operator`');

  answering(choosing(audit.command('verify')))
    .description('recompute the chains; exits 1 when one is broken, and names the row')
    .option('--heads <file>', 'an earlier `audit verify --json`: tells of ends that were cut off since')
    .action(async ({ heads, json, ...chosen }: Shown & Chosen & { heads?: string }) => {
      const { audit: room } = await session.rooms();
      const question = {
        chain: await room.chainOf(chosen),
        heads: heads === undefined ? undefined : await readHeads(heads),
      };
      const reports = await room.verify(operator, question);
      const owners = await room.owners();
      const shown = reports.map((report) => ({ tenant: owners.get(report.chain) ?? null, ...report }));
      const rows = json ? shown : shown.map((row) => ({ ...row, state: row.broken ? 'BROKEN' : 'holds' }));
      session.print.many(rows, ['tenant', 'chain', 'batches', 'rows', 'state'], { json });
      const broken = reports.filter((report) => report.broken);
      for (const report of broken) session.print.remark(`The chain ${report.chain} is broken: ${report.broken}.`);
      session.exitCode = broken.length > 0 ? 1 : 0;
    });
  choosing(audit.command('export'))
    .description('one chain as NDJSON, oldest first, with what is needed to check it')
    .option('--from <instant>', 'included: a day of UTC or an instant', instant)
    .option('--to <instant>', 'excluded', instant)
    .action(async ({ from, to, ...chosen }: Chosen & { from?: Date; to?: Date }) => {
      const { audit: room } = await session.rooms();
      const chain = await room.chainOf(chosen);
      if (chain === undefined) throw new Error('Whose log? Say --tenant <slug>, or --chain operator.');
      const lines = await room.export(operator, chain, { from, to });
      await pipeline(Readable.from(lines), session.io.stdout, { end: false });
    });
}

async function readHeads(file: string): Promise<ChainHeads> {
  const reports: unknown = JSON.parse(await readFile(file, 'utf8'));
  if (!Array.isArray(reports)) throw new Error(`${file} is no output of \`audit verify --json\`.`);
  return new Map((reports as ChainReport[]).flatMap(({ chain, head }) => (head ? [[chain, head]] : [])));
}

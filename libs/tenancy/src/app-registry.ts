import { Injectable } from '@nestjs/common';
import { PrismaService } from '#libs/database';
import { GatewayError, notFound } from '#libs/domain';
import { type AppListInput, type AppPage, pageOfApps } from './app-pages.js';
import { type AppRecord, toAppRecord, UPSTREAM_NAMES, type UpstreamName } from './app-record.js';
import { AppDirectory } from './apps.js';
import { checkFields, checkName, CONTROL_CHARACTER, isUuid, Problems, shownId } from './checks.js';
import { type Platform, PLATFORMS } from './platforms.js';
import { isOrphan, isTaken } from './prisma-errors.js';
import { reachDatabase } from './reach-database.js';

/** What the operator says of an app. Null is as good as absent when it is made, and takes the name away in a change. */
export interface AppInput {
  name: string;
  /** One of PLATFORMS in any letter case. */
  platform: string;
  adjustToken?: string | null;
  kochavaGuid?: string | null;
  kochavaAppId?: string | number | null;
  kochavaAccountName?: string | null;
}

type AppFields = Omit<AppRecord, 'id'>;

const SHAPES: Record<UpstreamName, { shape: RegExp; detail: string }> = {
  adjustToken: {
    shape: /^[A-Za-z0-9_-]{1,64}$/,
    detail: 'must be an Adjust app token: 1 to 64 letters, digits, - or _',
  },
  kochavaGuid: {
    shape: /^[A-Za-z0-9._-]{1,128}$/,
    detail: 'must be a Kochava app GUID: 1 to 128 letters, digits, ., - or _',
  },
  // Without leading zeros: one app must not stand here under two spellings of its number.
  kochavaAppId: { shape: /^[1-9][0-9]{0,18}$/, detail: "must be Kochava's number of the app, without leading zeros" },
};

/** The operator's side of apps: each upstream name belongs to one app of a tenant at most. */
@Injectable()
export class AppRegistry {
  constructor(
    private readonly prisma: PrismaService,
    private readonly directory: AppDirectory,
  ) {}

  /** BAD_USER_INPUT names every bad field, CONFLICT the upstream name that another app has. */
  async create(tenantId: string, input: AppInput): Promise<AppRecord> {
    const fields = readFields(input, { whole: true });
    return this.write(tenantId, () =>
      this.prisma.app.create({ data: { ...(fields as AppFields), tenantId } }).then(toAppRecord),
    );
  }

  /** The tenant's apps by name. */
  async list(tenantId: string, input: AppListInput = {}): Promise<AppPage> {
    return pageOfApps(this.prisma, tenantId, null, input);
  }

  /** Changes what is given, and nothing else. NOT_FOUND, BAD_USER_INPUT and CONFLICT as above. */
  async update(tenantId: string, id: string, change: Partial<AppInput>): Promise<AppRecord> {
    const data = readFields(change);
    return this.write(tenantId, async () => {
      const { count } = isUuid(id) ? await this.prisma.app.updateMany({ where: { tenantId, id }, data }) : { count: 0 };
      const row = count > 0 ? await this.prisma.app.findFirst({ where: { tenantId, id } }) : null;
      if (!row) throw notFound('app', shownId(id));
      return toAppRecord(row);
    });
  }

  /** Forgets an app here; at the vendors nothing changes. A key's list keeps the id, and so does not widen. */
  async delete(tenantId: string, id: string): Promise<void> {
    const { count } = isUuid(id)
      ? await reachDatabase(() => this.prisma.app.deleteMany({ where: { tenantId, id } }))
      : { count: 0 };
    this.directory.noteChange();
    if (count === 0) throw notFound('app', shownId(id));
  }

  private async write(tenantId: string, work: () => Promise<AppRecord>): Promise<AppRecord> {
    try {
      const app = await reachDatabase(work);
      this.directory.noteChange();
      return app;
    } catch (error) {
      if (isOrphan(error)) throw notFound('tenant', tenantId);
      const taken = UPSTREAM_NAMES.find((field) => isTaken(error, COLUMNS[field]));
      if (!taken) throw error;
      throw new GatewayError('CONFLICT', `${taken}: another app of this tenant has it already.`, {
        errors: [{ pointer: `/${taken}`, detail: 'another app of this tenant has it already' }],
      });
    }
  }
}

const COLUMNS: Record<UpstreamName, string> = {
  adjustToken: 'adjust_token',
  kochavaGuid: 'kochava_guid',
  kochavaAppId: 'kochava_app_id',
};

/** The checked values of the fields that are present; `whole`: those that an app must have may not be absent. */
function readFields(input: Partial<AppInput>, { whole = false } = {}): Partial<AppFields> {
  const problems = new Problems();
  checkFields(input, ['name', 'platform', ...UPSTREAM_NAMES, 'kochavaAccountName'], problems);
  const fields: { -readonly [K in keyof AppFields]?: AppFields[K] } = {};
  if (whole || input.name !== undefined) fields.name = checkName(input.name, problems);
  if (whole || input.platform !== undefined) fields.platform = readPlatform(input.platform, problems);
  for (const field of UPSTREAM_NAMES) {
    const value = input[field];
    if (value === undefined) continue;
    const text = value === null ? null : asText(value);
    if (text !== null && !SHAPES[field].shape.test(text)) problems.add(`/${field}`, SHAPES[field].detail);
    fields[field] = text;
  }
  if (input.kochavaAccountName !== undefined) {
    const text = input.kochavaAccountName === null ? null : asText(input.kochavaAccountName);
    if (text !== null && (text.length < 1 || text.length > 200 || CONTROL_CHARACTER.test(text))) {
      problems.add('/kochavaAccountName', 'must be 1 to 200 characters, without control characters');
    }
    fields.kochavaAccountName = text;
  }
  problems.throwIfAny();
  return fields;
}

/** Kochava's numbers also come as numbers; of anything else nothing is left, which no rule takes. */
const asText = (value: unknown): string =>
  typeof value === 'string' ? value.trim() : Number.isSafeInteger(value) ? String(value) : '';

function readPlatform(value: unknown, problems: Problems): Platform {
  const platform = PLATFORMS.find((known) => typeof value === 'string' && known === value.trim().toUpperCase());
  if (!platform) problems.add('/platform', `must be one of: ${PLATFORMS.join(' ')}`);
  return platform ?? 'UNKNOWN';
}

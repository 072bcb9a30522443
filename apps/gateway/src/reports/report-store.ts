import { Injectable } from '@nestjs/common';
import { Prisma, PrismaService, type ReportModel } from '#libs/database';
import { badInput, notFound, type TenantContext, type Vendor } from '#libs/domain';
import { SealedTexts } from '#libs/tenancy';
import type { Page } from '../edge/page.model.js';
import type { AskedReport, BucketKeys } from './asked-report.js';
import type { ReportFilter } from './report.input.js';
import { type ReportFailure, reportOf, type ReportOfApp } from './report.model.js';
import { CROSS_APP_KINDS, LIVE, type ReportKind, type ReportStatus } from './report-words.js';

export interface NewReport {
  appId: string;
  kind: ReportKind;
  asked: AskedReport;
  keys?: BucketKeys;
  fingerprint: string;
  upstreamApp: string;
  credentialVersion: number;
  idempotencyKey?: string | null;
  /** Asked for by a KPI question. */
  forKpis?: boolean;
  /** Absent: Kochava. */
  vendors?: Vendor[];
  /** Absent: SUBMITTING, and looked at by whoever adds it. */
  status?: ReportStatus;
  statusDetail?: string;
  nextLookAt?: Date;
}

/** A run of a schedule, as a report. */
export interface RunReport {
  tenantId: string;
  appId: string;
  scheduleId: string;
  kind: string;
  asked: AskedReport;
  upstreamApp: string;
  credentialVersion: number;
}

/** A run of a schedule that the gateway runs itself, as a report: one for each `runAt`. */
export interface ScheduledRun extends RunReport {
  keyId: string | null;
  vendors: Vendor[];
  runAt: Date;
}

/** What is known of a report since. */
export interface ReportChange {
  status?: ReportStatus;
  statusDetail?: string | null;
  failure?: ReportFailure | null;
  progress?: number | null;
  upstreamToken?: string;
  hasFile?: boolean;
  fileSize?: number | null;
  columns?: string[];
  completedAt?: Date;
  looks?: number;
  nextLookAt?: Date | null;
}

/** Longer than any look takes: past it, whoever began it is gone. */
const LOOK_MS = 120_000;
const MOST_OVERDUE = 500;
/** When whoever takes a report now must have said again that it is at it. */
export const leaseEnd = (): Date => new Date(Date.now() + LOOK_MS);
const PURPOSE = 'report delivery';

const isUuid = (text: string): boolean => /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text);

/** The reports' rows. Whatever a tenant reads goes by its key: its apps, and no cross-app kinds where it has a list. */
@Injectable()
export class ReportStore {
  constructor(
    private readonly prisma: PrismaService,
    private readonly texts: SealedTexts,
  ) {}

  /** Before anything is sent. Whoever adds it looks at it first; others only when it has not done so for a while. */
  add(
    tenant: TenantContext,
    report: NewReport,
    { report: reports }: Pick<Prisma.TransactionClient, 'report'> = this.prisma,
  ): Promise<ReportModel> {
    const { asked, keys, ...rest } = report;
    return reports.create({
      data: {
        vendors: ['KOCHAVA'],
        status: 'SUBMITTING',
        nextLookAt: new Date(Date.now() + LOOK_MS),
        ...rest,
        tenantId: tenant.tenantId,
        keyId: tenant.keyId,
        request: asked as unknown as Prisma.InputJsonObject,
        sealedKeys: keys ? this.texts.seal(tenant.tenantId, PURPOSE, JSON.stringify(keys)) : null,
      },
    });
  }

  /** A report that a schedule has made: followed from now on. */
  addFound(run: RunReport, upstreamToken: string): Promise<ReportModel> {
    const known = { status: 'QUEUED', upstreamToken, createdAt: null, nextLookAt: new Date() };
    return this.prisma.report.create({ data: { ...runData(run), ...known } });
  }

  /** A run of a schedule of ours. Undefined: it has its report already. */
  async addRun({ asked, ...run }: ScheduledRun, known: ReportChange): Promise<ReportModel | undefined> {
    const { failure, ...rest } = known;
    const request = asked as unknown as Prisma.InputJsonObject;
    const [row] = await this.prisma.report.createManyAndReturn({
      data: [
        {
          ...run,
          status: 'QUEUED',
          ...rest,
          ...(failure && { failure: failure as unknown as Prisma.InputJsonObject }),
          request,
          fingerprint: '',
        },
      ],
      skipDuplicates: true,
    });
    return row;
  }

  /** A run that never came, as a report that failed. */
  addMissing(run: RunReport, runAt: Date): Promise<ReportModel> {
    const message = `The run of ${runAt.toISOString()} never came: Kochava lists no report of it.`;
    const failure = { code: 'UPSTREAM_REJECTED', message, retryable: true };
    const known = { status: 'FAILED', statusDetail: message, failure, createdAt: runAt, nextLookAt: null };
    return this.prisma.report.create({ data: { ...runData(run), ...known } });
  }

  /** The reports of a schedule, newest first; of each what it asked. */
  ofSchedule(scheduleId: string, most: number): Promise<Pick<ReportModel, 'id' | 'request'>[]> {
    const select = { id: true, request: true };
    return this.prisma.report.findMany({ where: { scheduleId }, orderBy: { id: 'desc' }, take: most, select });
  }

  /** The keys of its bucket; undefined where it has none, or they can not be opened any more. */
  keysOf({ tenantId, sealedKeys }: ReportModel): BucketKeys | undefined {
    const text = sealedKeys === null ? undefined : this.texts.open(tenantId, PURPOSE, sealedKeys);
    return text === undefined ? undefined : (JSON.parse(text) as BucketKeys);
  }

  /** True once for each report: it may be sent now, by whom this answered. */
  async markSent(id: string): Promise<boolean> {
    const { count } = await this.prisma.report.updateMany({
      where: { id, sentAt: null, status: 'SUBMITTING' },
      data: { sentAt: new Date(), sealedKeys: null },
    });
    return count > 0;
  }

  /** Where it is still as it was found to be, at its look `look`. Undefined: it is gone, or another has been faster. */
  async change(
    id: string,
    from: readonly ReportStatus[],
    change: ReportChange,
    look?: number,
  ): Promise<ReportModel | undefined> {
    const { failure, ...rest } = change;
    const settled = change.status !== undefined && change.status !== 'SUBMITTING' && change.status !== 'UNCONFIRMED';
    const [row] = await this.prisma.report.updateManyAndReturn({
      where: { id, status: { in: [...from] }, looks: look },
      data: {
        ...rest,
        ...(failure !== undefined && { failure: (failure as unknown as Prisma.InputJsonObject) ?? Prisma.DbNull }),
        ...(settled && { sealedKeys: null }),
        ...(change.status !== undefined && { updatedAt: new Date() }),
      },
    });
    return row;
  }

  /** A report that is due, for whoever asks first: for others it is not due any more. */
  async takeDue(id: string): Promise<ReportModel | undefined> {
    const now = new Date();
    const [row] = await this.prisma.report.updateManyAndReturn({
      where: { id, status: { in: [...LIVE] }, nextLookAt: { lte: now } },
      data: { nextLookAt: new Date(now.getTime() + LOOK_MS), looks: { increment: 1 } },
    });
    return row;
  }

  /** Of what Kochava makes, or of the kind KPI. */
  async overdue(of: 'KOCHAVA' | 'KPI' = 'KOCHAVA'): Promise<string[]> {
    const kind = of === 'KPI' ? 'KPI' : { not: 'KPI' };
    const rows = await this.prisma.report.findMany({
      where: { kind, status: { in: [...LIVE] }, nextLookAt: { lte: new Date() } },
      orderBy: { nextLookAt: 'asc' },
      select: { id: true },
      take: MOST_OVERDUE,
    });
    return rows.map(({ id }) => id);
  }

  /** Tokens of these that are reports of ours already. */
  async known(tenantId: string, tokens: readonly string[]): Promise<Set<string>> {
    const rows = await this.prisma.report.findMany({
      where: { tenantId, upstreamToken: { in: [...tokens] } },
      select: { upstreamToken: true },
    });
    return new Set(rows.flatMap(({ upstreamToken }) => upstreamToken ?? []));
  }

  /** The report under way that asks the same of the same app with the same credential. */
  async twinOf(row: ReportModel): Promise<ReportModel | undefined> {
    const { tenantId, upstreamApp, credentialVersion, fingerprint } = row;
    const found = await this.prisma.report.findFirst({
      where: {
        tenantId,
        upstreamApp,
        credentialVersion,
        fingerprint,
        id: { not: row.id },
        upstreamToken: { not: null },
        status: { in: ['QUEUED', 'IN_PROGRESS'] },
      },
      orderBy: { id: 'desc' },
    });
    return found ?? undefined;
  }

  /** NOT_FOUND, in the same words, for what is another tenant's or not for this key. */
  async get(tenant: TenantContext, id: string): Promise<ReportModel> {
    const row = isUuid(id) ? await this.prisma.report.findFirst({ where: { ...visible(tenant), id } }) : null;
    if (!row) throw notFound('report', id.slice(0, 100));
    return row;
  }

  /** Those of `ids` that this key may see, in their order. */
  async byIds(tenant: TenantContext, ids: readonly string[]): Promise<ReportModel[]> {
    const rows = await this.prisma.report.findMany({ where: { ...visible(tenant), id: { in: [...ids] } } });
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  /** The request of this key that had this idempotency key, since. */
  async asked(tenant: TenantContext, idempotencyKey: string, since: Date): Promise<ReportModel | undefined> {
    const found = await this.prisma.report.findFirst({
      where: { ...visible(tenant), keyId: tenant.keyId, idempotencyKey, createdAt: { gte: since } },
      orderBy: { id: 'desc' },
    });
    return found ?? undefined;
  }

  /** Newest first. BAD_USER_INPUT for a cursor that is none. */
  async list(
    tenant: TenantContext,
    { first, after, filter }: { first: number; after?: string | null; filter?: ReportFilter | null },
  ): Promise<Page<ReportOfApp>> {
    const rows = await this.prisma.report.findMany({
      where: { AND: [visible(tenant), fitting(filter ?? {}), after ? { id: { lt: idOf(after) } } : {}] },
      orderBy: { id: 'desc' },
      take: first + 1,
    });
    const nodes = rows.slice(0, first);
    const last = nodes.at(-1);
    return {
      nodes: nodes.map(reportOf),
      pageInfo: {
        hasNextPage: rows.length > first,
        endCursor: last ? Buffer.from(last.id).toString('base64url') : null,
      },
    };
  }
}

const runData = ({ asked, ...run }: RunReport) => ({
  ...run,
  vendors: ['KOCHAVA'],
  request: asked as unknown as Prisma.InputJsonObject,
  fingerprint: '',
});

/** What of the tenant's a key may see. */
export const visible = (tenant: TenantContext): Prisma.ReportWhereInput => ({
  tenantId: tenant.tenantId,
  ...(tenant.appIds && { appId: { in: [...tenant.appIds] }, kind: { notIn: [...CROSS_APP_KINDS] } }),
});

/** An id that is none fits nothing, as an unknown one. */
const fitting = ({ appIds, kinds, statuses, scheduleId }: ReportFilter): Prisma.ReportWhereInput => ({
  ...(appIds && { appId: { in: appIds.filter(isUuid) } }),
  ...(kinds && { kind: { in: kinds } }),
  ...(statuses && { status: { in: statuses } }),
  ...(scheduleId && (isUuid(scheduleId) ? { scheduleId } : { id: { in: [] } })),
});

function idOf(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString('latin1');
  if (isUuid(id)) return id;
  throw badInput([{ pointer: '/after', detail: 'is not a cursor of this list: pass an endCursor as it was answered' }]);
}

import { Injectable } from '@nestjs/common';
import { Prisma, PrismaService, type ScheduleModel } from '#libs/database';
import { badInput, notFound, type TenantContext } from '#libs/domain';
import { SealedTexts } from '#libs/tenancy';
import type { Page } from '../edge/page.model.js';
import type { BucketKeys } from '../reports/asked-report.js';
import { CROSS_APP_KINDS, type ReportKind } from '../reports/report-words.js';
import type { AskedSchedule } from './asked-schedule.js';
import { scheduleOf, type ScheduleOfApp, type ScheduleStatus } from './schedule.model.js';

export interface NewSchedule {
  appId: string;
  kind: ReportKind;
  asked: AskedSchedule;
  keys?: BucketKeys;
  upstreamApp: string;
  credentialVersion: number;
  idempotencyKey?: string | null;
  /** Absent: SUBMITTING, and looked at by whoever adds it. */
  status?: ScheduleStatus;
  accountedUntil?: Date;
  nextRunAt?: Date;
  nextLookAt?: Date;
}

export type ScheduleChange = Partial<
  Pick<
    ScheduleModel,
    'status' | 'statusDetail' | 'notify' | 'upstreamToken' | 'nextRunAt' | 'accountedUntil' | 'nextLookAt' | 'looks'
  >
>;

const LOOK_MS = 120_000;
const MOST_OVERDUE = 500;
/** Requests that were the same while one was under way share a token. */
const MOST_OF_TOKENS = 1000;
const MOST_LOST = 100;
const PURPOSE = 'schedule delivery';
const FOLLOWED: ScheduleStatus[] = ['SUBMITTING', 'UNCONFIRMED', 'ACTIVE'];

const isUuid = (text: string): boolean => /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(text);

/** The schedules' rows, as ReportStore has the reports'. */
@Injectable()
export class ScheduleStore {
  constructor(
    private readonly prisma: PrismaService,
    private readonly texts: SealedTexts,
  ) {}

  /** Before anything is sent. */
  add(tenant: TenantContext, { asked, keys, ...rest }: NewSchedule): Promise<ScheduleModel> {
    return this.prisma.schedule.create({
      data: {
        status: 'SUBMITTING',
        nextLookAt: new Date(Date.now() + LOOK_MS),
        ...rest,
        tenantId: tenant.tenantId,
        keyId: tenant.keyId,
        request: asked as unknown as Prisma.InputJsonObject,
        notify: asked.notify ?? [],
        sealedKeys: keys ? this.texts.seal(tenant.tenantId, PURPOSE, JSON.stringify(keys)) : null,
      },
    });
  }

  keysOf({ tenantId, sealedKeys }: ScheduleModel): BucketKeys | undefined {
    const text = sealedKeys === null ? undefined : this.texts.open(tenantId, PURPOSE, sealedKeys);
    return text === undefined ? undefined : (JSON.parse(text) as BucketKeys);
  }

  /** True once for each schedule: it may be sent now, by whom this answered. */
  async markSent(id: string): Promise<boolean> {
    const { count } = await this.prisma.schedule.updateMany({
      where: { id, sentAt: null, status: 'SUBMITTING' },
      data: { sentAt: new Date(), sealedKeys: null },
    });
    return count > 0;
  }

  /** Where it is still as it was found to be. */
  async change(
    id: string,
    from: readonly ScheduleStatus[],
    change: ScheduleChange,
  ): Promise<ScheduleModel | undefined> {
    const where = { id, status: { in: [...from] } };
    const [row] = await this.prisma.schedule.updateManyAndReturn({ where, data: change });
    return row;
  }

  /** A schedule that nothing was made of, and whose asker was told so. */
  async drop(id: string): Promise<void> {
    await this.prisma.schedule.deleteMany({ where: { id, upstreamToken: null } });
  }

  /** A schedule that is due, for whoever asks first. */
  async takeDue(id: string): Promise<ScheduleModel | undefined> {
    const now = new Date();
    const [row] = await this.prisma.schedule.updateManyAndReturn({
      where: { id, status: { in: FOLLOWED }, nextLookAt: { lte: now } },
      data: { nextLookAt: new Date(now.getTime() + LOOK_MS), looks: { increment: 1 } },
    });
    return row;
  }

  /** Of what Kochava runs, or of the kind KPI. */
  async overdue(of: 'KOCHAVA' | 'KPI' = 'KOCHAVA'): Promise<string[]> {
    const kind = of === 'KPI' ? 'KPI' : { not: 'KPI' };
    const rows = await this.prisma.schedule.findMany({
      where: { kind, status: { in: FOLLOWED }, nextLookAt: { lte: new Date() } },
      orderBy: { nextLookAt: 'asc' },
      select: { id: true },
      take: MOST_OVERDUE,
    });
    return rows.map(({ id }) => id);
  }

  /** Tokens of these that are schedules of ours already. */
  async known(tenantId: string, tokens: readonly string[]): Promise<Set<string>> {
    const rows = await this.prisma.schedule.findMany({
      where: { tenantId, upstreamToken: { in: [...tokens] } },
      select: { upstreamToken: true },
    });
    return new Set(rows.flatMap(({ upstreamToken }) => upstreamToken ?? []));
  }

  /** The idempotency key of a request of this key's own that was the same, and whose answer is lost so far. */
  async lostTwin(tenant: TenantContext, appId: string, asked: AskedSchedule): Promise<string | undefined> {
    const rows = await this.prisma.schedule.findMany({
      where: {
        ...visible(tenant),
        appId,
        keyId: tenant.keyId,
        status: { in: ['SUBMITTING', 'UNCONFIRMED'] },
        idempotencyKey: { not: null },
      },
      orderBy: { id: 'desc' },
      select: { request: true, idempotencyKey: true },
      take: MOST_LOST,
    });
    const text = JSON.stringify(asked);
    return rows.find(({ request }) => JSON.stringify(request) === text)?.idempotencyKey ?? undefined;
  }

  /** Whatever of the tenant's has one of these tokens at Kochava, oldest first; `isVisible`: it is for this key. */
  async byTokens(
    tenant: TenantContext,
    tokens: readonly string[],
  ): Promise<{ row: ScheduleModel; isVisible: boolean }[]> {
    const rows = await this.prisma.schedule.findMany({
      where: { tenantId: tenant.tenantId, upstreamToken: { in: [...tokens] } },
      orderBy: { id: 'asc' },
      take: MOST_OF_TOKENS,
    });
    return rows.map((row) => ({ row, isVisible: isFor(tenant, row) }));
  }

  /** NOT_FOUND, in the same words, for what is another tenant's or not for this key. */
  async get(tenant: TenantContext, id: string): Promise<ScheduleModel> {
    const row = isUuid(id) ? await this.prisma.schedule.findFirst({ where: { ...visible(tenant), id } }) : null;
    if (!row) throw notFound('schedule', id.slice(0, 100));
    return row;
  }

  /** The request of this key that had this idempotency key, since. */
  async asked(tenant: TenantContext, idempotencyKey: string, since: Date): Promise<ScheduleModel | undefined> {
    const found = await this.prisma.schedule.findFirst({
      where: { ...visible(tenant), keyId: tenant.keyId, idempotencyKey, createdAt: { gte: since } },
      orderBy: { id: 'desc' },
    });
    return found ?? undefined;
  }

  /** Newest first, the deleted ones too. BAD_USER_INPUT for a cursor that is none. */
  async list(
    tenant: TenantContext,
    { first, after, appIds }: { first: number; after?: string | null; appIds?: readonly string[] | null },
  ): Promise<Page<ScheduleOfApp>> {
    const ofApps = appIds ? { appId: { in: appIds.filter(isUuid) } } : {};
    const rows = await this.prisma.schedule.findMany({
      where: { AND: [visible(tenant), ofApps, after ? { id: { lt: idOf(after) } } : {}] },
      orderBy: { id: 'desc' },
      take: first + 1,
    });
    const nodes = rows.slice(0, first);
    const last = nodes.at(-1);
    return {
      nodes: nodes.map(scheduleOf),
      pageInfo: {
        hasNextPage: rows.length > first,
        endCursor: last ? Buffer.from(last.id).toString('base64url') : null,
      },
    };
  }
}

const isFor = ({ appIds }: TenantContext, { appId, kind }: ScheduleModel): boolean =>
  appIds === null || (appIds.has(appId) && !(CROSS_APP_KINDS as readonly string[]).includes(kind));

const visible = (tenant: TenantContext): Prisma.ScheduleWhereInput => ({
  tenantId: tenant.tenantId,
  ...(tenant.appIds && { appId: { in: [...tenant.appIds] }, kind: { notIn: [...CROSS_APP_KINDS] } }),
});

function idOf(cursor: string): string {
  const id = Buffer.from(cursor, 'base64url').toString('latin1');
  if (isUuid(id)) return id;
  throw badInput([{ pointer: '/after', detail: 'is not a cursor of this list: pass an endCursor as it was answered' }]);
}

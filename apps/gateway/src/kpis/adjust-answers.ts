import { Injectable } from '@nestjs/common';
import {
  AdjustKpiClient,
  type AdjustKpiAnswer,
  type AdjustKpiHead,
  type AdjustKpiRowBatch,
  type AdjustKpiStream,
  rowsOf,
} from '#libs/adjust-kpi';
import type { TenantContext } from '#libs/domain';
import { CredentialVault } from '#libs/tenancy';
import { type ReadAnswer, VendorReads } from '../vendor-reads/vendor-reads.js';
import type { AdjustPlan } from './adjust-plan.js';
import { LargeAnswer } from './large-answer.js';

/** An answer of more rows is served, but not kept: the cache's memory is for many small ones. */
const MOST_ROWS_KEPT = 20_000;
/** An answer of more rows is passed on as it comes; up to here it is read whole, to be shared and kept. */
const MOST_ROWS_HELD = 2_000;

/** A whole answer as it is kept, or its rows as they came; `large` goes to the first who claims it. */
export type OpenedAnswer =
  | { readonly whole: AdjustKpiAnswer }
  | { readonly stream: AdjustKpiStream; readonly batches: readonly AdjustKpiRowBatch[] }
  | { readonly large: LargeAnswer };

/** Adjust's answers: from the cache, from a call that is under way already, or asked for. */
@Injectable()
export class AdjustAnswers {
  constructor(
    private readonly client: AdjustKpiClient,
    private readonly vault: CredentialVault,
    private readonly reads: VendorReads,
  ) {}

  /** The whole answer to `plan`, to be looked into. */
  async whole(tenant: TenantContext, plan: AdjustPlan): Promise<ReadAnswer<AdjustKpiAnswer>> {
    const credential = await this.vault.open(tenant.tenantId, 'adjust');
    return this.reads.read({
      key: keyOf(credential.id, plan),
      lastDay: plan.query.endDate,
      bypass: tenant.bypassCache,
      signal: tenant.signal,
      keep: (answer) => answer.rows.length <= MOST_ROWS_KEPT,
      fetch: (signal) => this.client.query(plan.endpoint, credential, plan.query, { signal }),
    });
  }

  /** The answer to `plan`, to be written out: a small one is shared and kept as `whole` is, a large one streams. */
  async open(tenant: TenantContext, plan: AdjustPlan): Promise<ReadAnswer<OpenedAnswer>> {
    const credential = await this.vault.open(tenant.tenantId, 'adjust');
    const opened = await this.reads.read<OpenedAnswer>({
      key: keyOf(credential.id, plan),
      lastDay: plan.query.endDate,
      bypass: tenant.bypassCache,
      signal: tenant.signal,
      keep: (answer) => !('large' in answer),
      kept: {
        as: 'opened',
        pack: (answer) => ('stream' in answer ? wholeOf(answer.stream, answer.batches) : undefined),
        unpack: (whole: AdjustKpiAnswer) => ({ whole }),
      },
      fetch: (signal) => this.openAnew(credential, plan, signal),
    });
    // Asked by several at once, a large answer can be passed on to one of them only.
    if ('large' in opened.value && !opened.value.large.claim(tenant.signal)) {
      return { ...opened, value: await this.openAnew(credential, plan, tenant.signal, tenant.signal) };
    }
    return opened;
  }

  private async openAnew(
    credential: Parameters<AdjustKpiClient['stream']>[1],
    plan: AdjustPlan,
    asking: AbortSignal | undefined,
    claimant?: AbortSignal,
  ): Promise<OpenedAnswer> {
    const large = new LargeAnswer(asking);
    const stream = await this.client.stream(plan.endpoint, credential, plan.query, { signal: large.signal });
    const rows = stream.rows[Symbol.asyncIterator]();
    const batches: AdjustKpiRowBatch[] = [];
    for (let held = 0; held <= MOST_ROWS_HELD; held += batches.at(-1)!.length) {
      const next = await rows.next();
      if (next.done) return { stream, batches };
      batches.push(next.value);
    }
    large.hold(stream, batches, rows);
    if (claimant) large.claim(claimant);
    return { large };
  }
}

const keyOf = (credentialId: string, plan: AdjustPlan): string =>
  `adjust:${credentialId}:${plan.endpoint}:${JSON.stringify(plan.query)}`;

function wholeOf(
  head: AdjustKpiHead & Pick<AdjustKpiStream, 'app'>,
  batches: readonly AdjustKpiRowBatch[],
): AdjustKpiAnswer {
  const { kpis, columns, events, trackers, parameters } = head;
  return {
    kpis,
    columns,
    events,
    trackers,
    parameters,
    rows: batches.flatMap((batch) => [...rowsOf(batch, head, head.app)]),
  };
}

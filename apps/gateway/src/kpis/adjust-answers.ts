import { Injectable } from '@nestjs/common';
import { AdjustKpiClient, type AdjustKpiRowBatch, type AdjustKpiStream, type AdjustKpiTable } from '#libs/adjust-kpi';
import { type Awaitable, type Leaving, type TenantContext, whenThere } from '#libs/domain';
import { CredentialVault, type OpenCredential } from '#libs/tenancy';
import { type ReadAnswer, VendorReads } from '../vendor-reads/vendor-reads.js';
import { Restatement } from '../vendor-reads/restatement.js';
import { type AdjustPlan, restatedBy } from './adjust-plan.js';
import { LargeAnswer } from './large-answer.js';

/** An answer of more rows is served, but not kept: the cache's memory is for many small ones. */
const MOST_ROWS_KEPT = 20_000;
/** An answer of more rows is passed on as it comes; up to here it is read whole, to be shared and kept. */
const MOST_ROWS_HELD = 2_000;

/** The form in which a whole answer is kept: whoever changes what an AdjustKpiTable holds counts it up. */
const TABLE_FORM = 'adjust-table/1';

/** A whole answer. It may be kept. */
export interface WholeAnswer {
  readonly table: AdjustKpiTable;
}

/** A whole answer, or one that goes to the first who claims it. */
export type OpenedAnswer = WholeAnswer | { readonly large: LargeAnswer };

/** Adjust's answers: from the cache, from a call that is under way already, or asked for. */
@Injectable()
export class AdjustAnswers {
  constructor(
    private readonly client: AdjustKpiClient,
    private readonly vault: CredentialVault,
    private readonly reads: VendorReads,
    private readonly restatement: Restatement,
  ) {}

  /** The whole answer to `plan`, to be looked into. */
  whole(tenant: TenantContext, plan: AdjustPlan): Awaitable<ReadAnswer<WholeAnswer>> {
    return whenThere(this.vault.open(tenant.tenantId, 'adjust'), (credential) => {
      const ask = (signal?: Leaving): Promise<WholeAnswer> =>
        this.client.table(plan.endpoint, credential, plan.query, { signal }).then((table) => ({ table }));
      return whenThere(this.read(tenant, plan, credential, ask), (answer) => {
        if (isWhole(answer)) return answer;
        // Joined to somebody who writes a large one out.
        return ask(tenant.signal).then((value) => ({ ...answer, value }));
      });
    });
  }

  /** The answer to `plan`, to be written out: a small one is shared and kept as `whole` is, a large one streams. */
  async open(tenant: TenantContext, plan: AdjustPlan): Promise<ReadAnswer<OpenedAnswer>> {
    const credential = await this.vault.open(tenant.tenantId, 'adjust');
    const answer = await this.read(tenant, plan, credential, (signal) => this.openAnew(credential, plan, signal));
    // Asked by several at once, a large answer can be passed on to one of them only.
    if ('large' in answer.value && !answer.value.large.claim(tenant.signal)) {
      const own = await this.openAnew(credential, plan, tenant.signal);
      if ('large' in own) own.large.claim(tenant.signal);
      return { ...answer, value: own };
    }
    return answer;
  }

  private read(
    tenant: TenantContext,
    plan: AdjustPlan,
    credential: OpenCredential,
    fetch: (signal: Leaving) => Promise<OpenedAnswer>,
  ): Awaitable<ReadAnswer<OpenedAnswer>> {
    return this.reads.read<OpenedAnswer>({
      key: keyOf(credential.id, plan),
      changesUntil: this.restatement.changesUntil(restatedBy(plan)),
      bypass: tenant.bypassCache,
      caller: tenant,
      keep: (answer) => 'table' in answer && lengthOf(answer.table.batches) <= MOST_ROWS_KEPT,
      fetch,
    });
  }

  private async openAnew(
    credential: OpenCredential,
    plan: AdjustPlan,
    asking: Leaving | undefined,
  ): Promise<OpenedAnswer> {
    const large = new LargeAnswer(asking);
    const stream = await this.client.stream(plan.endpoint, credential, plan.query, { signal: large.signal });
    const rows = stream.rows[Symbol.asyncIterator]();
    const batches: AdjustKpiRowBatch[] = [];
    for (let held = 0; held <= MOST_ROWS_HELD; held += batches.at(-1)!.length) {
      const next = await rows.next();
      if (next.done) return { table: stream.table ?? tableOf(stream, batches) };
      batches.push(next.value);
    }
    large.hold(stream, batches, rows);
    return { large };
  }
}

const isWhole = (answer: ReadAnswer<OpenedAnswer>): answer is ReadAnswer<WholeAnswer> => 'table' in answer.value;

/** Form, tenant, credential version, and the whole normalised question; plans of the same question are one object. */
function keyOf(credentialId: string, plan: AdjustPlan): string {
  const known = keys.get(plan);
  if (known?.credentialId === credentialId) return known.key;
  const key = `${TABLE_FORM}:${credentialId}:${plan.endpoint}:${JSON.stringify(plan.query)}`;
  keys.set(plan, { credentialId, key });
  return key;
}

const keys = new WeakMap<AdjustPlan, { readonly credentialId: string; readonly key: string }>();

export const lengthOf = (batches: readonly AdjustKpiRowBatch[]): number =>
  batches.reduce((sum, batch) => sum + batch.length, 0);

function tableOf(stream: AdjustKpiStream, batches: AdjustKpiRowBatch[]): AdjustKpiTable {
  const { head, app } = stream;
  return { head, app, batches };
}

import { Injectable } from '@nestjs/common';
import { AuditLog, ChainKeeper, type ChainReport, OPERATOR_CHAIN } from '#libs/audit';
import type { OperatorContext } from '#libs/domain';
import { Tenants } from '#libs/tenancy';

export type ChainHeads = ReadonlyMap<string, { number: number; hash: string }>;

/** The operator's side of the audit log: does every chain still hold, and what is in one. */
@Injectable()
export class AuditAdmin {
  constructor(
    private readonly keeper: ChainKeeper,
    private readonly tenants: Tenants,
    private readonly audit: AuditLog,
  ) {}

  /** Recomputes the chain of one tenant, or every one. `heads` of earlier reports tell of an end that was cut off. */
  async verify(operator: OperatorContext, question: { chain?: string; heads?: ChainHeads }): Promise<ChainReport[]> {
    const { chain, heads } = question;
    return this.audit.around(operator, 'audit.verify', { resource: chain && `chain:${chain}` }, async (note) => {
      const reports: ChainReport[] = [];
      for await (const report of this.keeper.verify({ only: chain, heads })) reports.push(report);
      note({ after: { chains: reports.length, broken: reports.filter(({ broken }) => broken) } });
      return reports;
    });
  }

  /** One chain as lines of JSON, oldest first; noted as it begins. */
  export(
    operator: OperatorContext,
    chain: string,
    between: { from?: Date; to?: Date },
  ): Promise<AsyncGenerator<string>> {
    const target = { resource: `chain:${chain}`, request: between };
    return this.audit.around(operator, 'audit.export', target, async () => this.keeper.export(chain, between));
  }

  /** The chain of a tenant's slug; a tenant that was deleted goes by its id, the operator's own chain by `operator`. */
  async chainOf({ tenant, chain }: { tenant?: string; chain?: string }): Promise<string | undefined> {
    return tenant === undefined ? chain : (await this.tenants.get(tenant)).id;
  }

  /** Whose chain it is, to be shown; null for a tenant that is gone. */
  async owners(): Promise<Map<string, string>> {
    const owners = new Map([[OPERATOR_CHAIN, OPERATOR_CHAIN]]);
    let after: string | null = null;
    do {
      const { nodes, pageInfo } = await this.tenants.list({ first: 200, after });
      for (const { id, slug } of nodes) owners.set(id, slug);
      after = pageInfo.hasNextPage ? pageInfo.endCursor : null;
    } while (after);
    return owners;
  }
}

import { requireScope } from '#libs/domain';
import { type App, appOf } from '../apps/app.model.js';
import type { AnswerFrame } from './answer-frame.js';
import type { KpiCells } from './kpi-layout.js';
import type { KpiDimensionId, KpiValue } from './kpi.model.js';
import { DIMENSION_COLUMNS, type KpiDimension } from './kpi-words.js';

/** One row of `rows`: every field reads its cell, so that fields nobody selects cost nothing. */
export class KpiRowView {
  private values?: KpiValue[];

  constructor(
    private readonly cells: KpiCells,
    private readonly frame: AnswerFrame,
  ) {}

  get vendor(): unknown {
    return this.cells[0];
  }

  /** Leads to another noun: its scope is asked for here, because guards see root fields only. */
  get app(): Promise<App | null> {
    requireScope(this.frame.tenant, 'apps:read');
    return this.frame.appsById().then((byId) => {
      const app = byId.get(this.text('APP') ?? '');
      return app ? appOf(app) : null;
    });
  }

  get time(): string | null {
    return this.text('HOUR') ?? this.text('DAY') ?? this.text('WEEK') ?? this.text('MONTH');
  }

  get country(): string | null {
    return this.text('COUNTRY');
  }

  get region(): string | null {
    return this.text('REGION');
  }

  get network(): string | null {
    return this.text('NETWORK');
  }

  get campaign(): string | null {
    return this.text('CAMPAIGN');
  }

  get adgroup(): string | null {
    return this.text('ADGROUP');
  }

  get creative(): string | null {
    return this.text('CREATIVE');
  }

  get site(): string | null {
    return this.text('SITE');
  }

  get tracker(): string | null {
    return this.text('TRACKER');
  }

  get partner(): string | null {
    return this.text('PARTNER');
  }

  get osName(): string | null {
    return this.text('OS_NAME');
  }

  get deviceType(): string | null {
    return this.text('DEVICE_TYPE');
  }

  get event(): string | null {
    return this.text('EVENT');
  }

  get cohortPeriod(): number | null {
    return this.cell('COHORT_PERIOD') as number | null;
  }

  get dimensionIds(): KpiDimensionId[] {
    const ids: KpiDimensionId[] = [];
    for (const [dimension, index] of this.frame.layout.at) {
      const hasId = dimension !== 'APP' && DIMENSION_COLUMNS[dimension].length === 2;
      const id = hasId ? this.cells[index + 1] : null;
      if (id) ids.push({ dimension, id: String(id) });
    }
    return ids;
  }

  get currency(): string | null {
    const at = this.frame.layout.currencyAt;
    return at === undefined ? null : (this.cells[at] as string | null);
  }

  /** Read several times for each row: made once. */
  get metrics(): KpiValue[] {
    return (this.values ??= this.valuesOfCells());
  }

  private valuesOfCells(): KpiValue[] {
    const { columns, firstMetricAt } = this.frame.layout;
    const metrics: KpiValue[] = [];
    for (let index = firstMetricAt; index < columns.length; index++) {
      metrics.push({ name: columns[index]!.name, value: this.cells[index] as number | null });
    }
    return metrics;
  }

  private cell(dimension: KpiDimension): string | number | null {
    const at = this.frame.layout.at.get(dimension);
    return at === undefined ? null : (this.cells[at] ?? null);
  }

  private text(dimension: KpiDimension): string | null {
    return this.cell(dimension) as string | null;
  }
}

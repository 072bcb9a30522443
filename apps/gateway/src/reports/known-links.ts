import { Injectable } from '@nestjs/common';
import { linkExpiresAt } from '#libs/kochava-reporting';

const MOST_KEPT = 1_000;
/** Of a link that does not tell. */
const LIFE_MS = 3_600_000;

/** Links to reports' files, as Kochava told them last. They are as good as the files: they live in memory alone. */
@Injectable()
export class KnownLinks {
  private readonly kept = new Map<string, { link: string; until: number }>();

  /** `id`: of the report's row. */
  keep(id: string, link: string): void {
    this.kept.delete(id);
    if (this.kept.size >= MOST_KEPT) this.kept.delete(this.kept.keys().next().value!);
    this.kept.set(id, { link, until: linkExpiresAt(link)?.getTime() ?? Date.now() + LIFE_MS });
  }

  /** Undefined where there is none that still opens. */
  of(id: string): string | undefined {
    const known = this.kept.get(id);
    return known && known.until > Date.now() ? known.link : undefined;
  }
}

import type { KochavaApp } from '../world/kochava.js';
import { KOCHAVA_ORBIT_RUNNER_ANDROID as ANDROID, KOCHAVA_ORBIT_RUNNER_IOS as IOS } from '../world/kochava.js';
import { notFound } from './access.js';
import { PostbacksRefusal } from './refusal.js';
import type { Template } from './templates.js';
import { PENDING_TEMPLATES, TEMPLATES } from './templates.js';

export interface Trigger {
  id: number;
  app_id: number;
  type: string;
  title: string;
  template_id: number;
  /** Left out where it has none, as in the document's install trigger. */
  filter_str?: string;
  active: boolean;
  /** Epoch seconds. */
  date_created: number;
  context: Record<string, unknown>;
}

const SEEDS: readonly Omit<Trigger, 'id' | 'date_created'>[] = [
  {
    app_id: IOS.id,
    type: 'install',
    title: 'Custom install postback',
    template_id: 3373,
    active: true,
    context: { cpi_mostback_url: 'https://partner.example/ingest/install?id={device_id}' },
  },
  {
    app_id: IOS.id,
    type: 'event',
    title: 'Purchases to the data lake',
    template_id: 3391,
    filter_str: 'Purchase',
    active: true,
    context: { cpi_datalake_mostback_url: 'https://lake.partner.example/kochava', max_delivery_attempts: '5' },
  },
  // As the document's own samples: a context without any destination.
  {
    app_id: IOS.id,
    type: 'event',
    title: 'OpenX Performance',
    template_id: 2602,
    filter_str: 'Purchase',
    active: false,
    context: {
      cpi_openxperformance_fingerprint_lookback_window: '7',
      cpi_openxperformance_device_id_lookback_window: '30',
    },
  },
  {
    app_id: ANDROID.id,
    type: 'install',
    title: 'Google Ads installs',
    template_id: 2710,
    active: true,
    context: { cpi_google_link_id: 'A1B2C3D4E5F6', cpi_google_device_id_lookback_window: '30' },
  },
  {
    app_id: ANDROID.id,
    type: 'click',
    title: 'Clicks to Smith, Jones & Co',
    template_id: 3127,
    active: false,
    context: { cpi_smithjones_mostback_url: 'https://smithjones.example/k', deferred_for: 30000 },
  },
];
const SEEDED_AT = 1_767_225_600;

/** The triggers of every account, for as long as the stand-in runs. */
export class TriggerStore {
  private readonly triggers = new Map<number, Trigger>();
  private lastId = 0;

  constructor() {
    this.reset();
  }

  /** Back to the triggers of the demo. */
  reset(): void {
    this.triggers.clear();
    this.lastId = 689_900;
    for (const seed of SEEDS) this.add({ ...structuredClone(seed), date_created: SEEDED_AT });
  }

  ofApp(app: KochavaApp): Trigger[] {
    return [...this.triggers.values()].filter((trigger) => trigger.app_id === app.id);
  }

  get(id: number): Trigger {
    const trigger = this.triggers.get(id);
    if (!trigger) throw notFound();
    return trigger;
  }

  /** "Triggers are unique by (template_id, type, filter_str)" within an app. */
  collides(trigger: Pick<Trigger, 'app_id' | 'template_id' | 'type' | 'filter_str'>, exceptId?: number): boolean {
    return [...this.triggers.values()].some(
      (other) =>
        other.id !== exceptId &&
        other.app_id === trigger.app_id &&
        other.template_id === trigger.template_id &&
        other.type === trigger.type &&
        (other.filter_str ?? '') === (trigger.filter_str ?? ''),
    );
  }

  add(trigger: Omit<Trigger, 'id'>): Trigger {
    const added = { id: ++this.lastId, ...trigger };
    this.triggers.set(added.id, added);
    return added;
  }

  delete(id: number): void {
    this.triggers.delete(id);
  }
}

export const templatesOf = (app: KochavaApp): Template[] =>
  TEMPLATES.filter(({ platform }) => platform === '' || platform === app.platform);

/** Templates that the app's campaigns need and that no trigger uses yet. */
export function incompleteOf(app: KochavaApp, triggers: readonly Trigger[]): Template[] {
  if (app.id !== IOS.id && app.id !== ANDROID.id) return [];
  return templatesOf(app).filter(
    ({ id }) => PENDING_TEMPLATES.includes(id) && !triggers.some((trigger) => trigger.template_id === id),
  );
}

export function templateOf(app: KochavaApp, id: unknown): Template {
  const template = templatesOf(app).find((candidate) => candidate.id === id);
  if (!template) throw new PostbacksRefusal(400, `template_id ${String(id)} is not available for app ${app.id}`);
  return template;
}

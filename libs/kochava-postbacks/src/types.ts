/** Kochava's word for a postback is trigger. */
export const KOCHAVA_POSTBACK_TYPES = ['install', 'event', 'click'] as const;
export type KochavaPostbackType = (typeof KOCHAVA_POSTBACK_TYPES)[number];

/** What a trigger sends on: values by the field ids of its template. */
export type KochavaPostbackContext = Record<string, unknown>;

export interface KochavaPostback {
  id: string;
  /** Kochava's number of the app. */
  appId: string;
  /** Lower case. One of KOCHAVA_POSTBACK_TYPES, or a type that Kochava added since. */
  type: string;
  title: string;
  templateId: string;
  /** `filter_str`: the event that an `event` postback fires on. */
  filter?: string;
  active: boolean;
  context: KochavaPostbackContext;
  createdAt?: Date;
}

export interface KochavaPostbackTemplate {
  id: string;
  networkId?: string;
  name: string;
  /** Lower case; absent: for every platform. */
  platform?: string;
  fields: KochavaPostbackField[];
}

/** One entry of `context_meta`. */
export interface KochavaPostbackField {
  id: string;
  name: string;
  description?: string;
  /** `text`, `select`, or what Kochava added since. */
  type: string;
  required: boolean;
  /** String, number, boolean or null, as the template has it. */
  defaultValue?: unknown;
  options: KochavaPostbackOption[];
}

export interface KochavaPostbackOption {
  /** String or number, as the template has it. */
  value: unknown;
  label: string;
}

/** What Kochava says about a request that worked. `errors` beside a success are among the warnings. */
export interface KochavaRemarks {
  messages: string[];
  warnings: string[];
}

export interface KochavaPostbackTemplates extends KochavaRemarks {
  templates: KochavaPostbackTemplate[];
}
export interface KochavaPostbackList extends KochavaRemarks {
  postbacks: KochavaPostback[];
}
export interface KochavaPostbackAnswer extends KochavaRemarks {
  postback: KochavaPostback;
}
/** The document shows no body for an update: where Kochava sends none, read the postback again. */
export interface KochavaPostbackUpdated extends KochavaRemarks {
  postback?: KochavaPostback;
}

export interface NewKochavaPostback {
  appId: string;
  type: KochavaPostbackType;
  title: string;
  templateId: string;
  /** Needed for `event`, and for nothing else. */
  filter?: string;
  context: KochavaPostbackContext;
  /** Absent: Kochava's default, which is inactive. */
  active?: boolean;
}

/** Absent fields stay. Kochava merges `context` into what is there. */
export interface KochavaPostbackChanges {
  title?: string;
  active?: boolean;
  filter?: string;
  context?: KochavaPostbackContext;
}

export interface KochavaPostbacksProblem {
  /** The field of the request; for the context `context`, or `context.` and the field's id. */
  parameter: string;
  /** A sentence that says what to change. */
  detail: string;
}

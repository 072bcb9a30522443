import { type GraphQLSchema, getNamedType, isObjectType } from 'graphql';
import type { Scope } from '#libs/domain';

/** The scope of each noun: whoever reaches it, by whatever way, holds it. */
export const NOUN_SCOPES: Readonly<Record<string, Scope>> = {
  App: 'apps:read',
  KpiResult: 'kpis:read',
  KpiComparison: 'kpis:read',
  Report: 'reports:read',
  Schedule: 'schedules:read',
  Postback: 'postbacks:read',
  PostbackTemplate: 'postbacks:read',
  AppGroup: 'smartlinks:read',
  AppGroupCampaign: 'smartlinks:read',
  Subdomain: 'smartlinks:read',
  SmartLink: 'smartlinks:read',
  Advertiser: 'smartlinks:read',
  Agency: 'smartlinks:read',
  MediaPartner: 'smartlinks:read',
  AuditEvent: 'audit:read',
};

/** A field below the root that leads to a noun of another scope than the type that it stands on. */
export interface Edge {
  /** `App.kpis` */
  name: string;
  scope: Scope;
  description: string;
}

/** A connection is its noun, and so is the payload of a write: who may write a thing is told what was written. */
const scopeOf = (type: string): Scope | undefined => NOUN_SCOPES[type.replace(/(?:Connection|Payload)$/, '')];

/** Every edge of the schema. */
export function edgesOf(schema: GraphQLSchema): Edge[] {
  const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]);
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!isObjectType(type) || roots.has(type)) return [];
    return Object.values(type.getFields()).flatMap((field) => {
      const scope = scopeOf(getNamedType(field.type).name);
      if (!scope || scope === scopeOf(type.name)) return [];
      return { name: `${type.name}.${field.name}`, scope, description: field.description ?? '' };
    });
  });
}

/** Types of a schema that hold an `id` and are in nobody's list: a new noun must say which scope it is behind. */
export function unknownNouns(schema: GraphQLSchema, known: readonly string[]): string[] {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if (!isObjectType(type) || type.name.startsWith('__') || !type.getFields()['id']) return [];
    return NOUN_SCOPES[type.name] || known.includes(type.name) ? [] : type.name;
  });
}

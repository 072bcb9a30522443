import type { FastifyRequest } from 'fastify';
import { badInput, type GatewayError } from '#libs/domain';
import { queryOf } from '../door-request.js';
import { fieldsIn } from '../json-fields.js';
import { standsTwice } from '../strict-json.js';

const API_KEY = 'api_key';

/**
 * What a request of the Reporting API says, as Kochava reads it: names without regard to case, texts trimmed, and `""` and
 * null as if they were missing, because clients send every field they know (FACTS §2.1).
 */
export class ReportingBody {
  private static readonly known = new WeakMap<FastifyRequest, ReportingBody>();

  private constructor(
    /** By name in lower case, in the caller's order; without the key. */
    private readonly fields: ReadonlyMap<string, unknown>,
    readonly apiKey: string | undefined,
  ) {}

  /** Of a request's body and its query, read once. BAD_USER_INPUT for what is no JSON object, or names something twice. */
  static of(request: FastifyRequest): ReportingBody {
    let body = this.known.get(request);
    if (!body) this.known.set(request, (body = this.read(request)));
    return body;
  }

  private static read(request: FastifyRequest): ReportingBody {
    const sent = fieldsIn(request.doorBody ?? '') ?? {};
    const fields = new Map<string, unknown>();
    for (const [name, value] of [...Object.entries(sent), ...queryOf(request)] as [string, unknown][]) {
      const known = name.trim().toLowerCase();
      if (fields.has(known)) throw standsTwice(name);
      fields.set(known, typeof value === 'string' ? value.trim() : value);
    }
    for (const [name, value] of fields) if (value === null || value === '') fields.delete(name);
    const apiKey = fields.get(API_KEY);
    fields.delete(API_KEY);
    return new ReportingBody(fields, apiKey === undefined ? undefined : String(apiKey));
  }

  /** All but the key, in the caller's order. */
  entries(): [string, unknown][] {
    return [...this.fields];
  }

  /** Those of these fields that are there. */
  named(...names: string[]): Record<string, unknown> {
    return Object.fromEntries(names.flatMap((name) => (this.fields.has(name) ? [[name, this.fields.get(name)]] : [])));
  }

  value(name: string): unknown {
    return this.fields.get(name);
  }

  /** BAD_USER_INPUT for what is neither text nor number. */
  text(name: string): string | undefined {
    const value = this.fields.get(name);
    if (value === undefined) return undefined;
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    throw badInput([{ pointer: `/${name}`, detail: 'must be a text' }]);
  }

  /** As `text`, or BAD_USER_INPUT in Kochava's words. */
  must(name: string): string {
    const text = this.text(name);
    if (text === undefined) throw missing(name);
    return text;
  }

  /** A list of texts; one text alone is a list of it. Empty where there is none. */
  texts(name: string): string[] {
    const value = this.fields.get(name) ?? [];
    const items: unknown[] = Array.isArray(value) ? value : [value];
    return items.flatMap((item) => {
      if (item === null || item === '') return [];
      if (typeof item === 'string' || typeof item === 'number') return String(item).trim();
      throw badInput([{ pointer: `/${name}`, detail: 'must be a list of texts' }]);
    });
  }
}

/** S0: "Error request parameters app_guid missing." */
export const missing = (name: string): GatewayError => badInput([{ pointer: `/${name}`, detail: 'missing' }]);

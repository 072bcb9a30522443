import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { SummaryColumns } from '#libs/kochava-reporting';
import { parseKeyring } from '#libs/tenancy';

/** The gateway's settings, grouped by who consumes them. Frozen; nothing else reads process.env. */
export interface Config {
  readonly http: {
    readonly host: string;
    readonly port: number;
    /** In links that the gateway hands out; undefined: what it listens on. */
    readonly publicUrl: string | undefined;
    readonly corsOrigins: readonly string[];
    readonly trustProxy: boolean | string;
  };
  readonly database: { readonly url: string | undefined; readonly dataDir: string };
  readonly redisUrl: string | undefined;
  readonly tenancy: { readonly adminKey: string | undefined; readonly credentialKeys: string | undefined };
  readonly vendors: {
    readonly adjust: string;
    readonly adjustReports: string;
    readonly kochavaReporting: string;
    readonly kochava: string;
    readonly kochavaLinks: string;
    readonly downloadHosts: readonly string[];
    /** Milliseconds for one try of one call. */
    readonly tryTimeoutMs: number;
    /** What headers of Kochava's summaries mean that are not known, by header. */
    readonly summaryColumns: Readonly<Record<string, string>>;
  };
  readonly cache: {
    /** Milliseconds that an answer is served again which has days that are not over, or are still being restated. */
    readonly recentMs: number;
    /** Milliseconds that an answer about days that are over is served again. */
    readonly pastMs: number;
    /** Milliseconds past that in which a stale answer may still stand in for a vendor that is down. */
    readonly staleMs: number;
    /** Answers kept in process. */
    readonly entries: number;
  };
  /** Days after a day in which vendors restate its numbers, by what they count. */
  readonly restatedDays: { readonly counts: number; readonly cost: number };
  readonly metricsToken: string | undefined;
  readonly logLevel: string;
}

/** A variable that is missing or wrong: one line, exit code 78 (EX_CONFIG). */
export class ConfigError extends Error {}

type Env = Record<string, string | undefined>;

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'];
const KOCHAVA_DOWNLOAD_HOSTS = 'kochava-reporting.s3.amazonaws.com';

/** Reads and checks the environment (runtime.md). Throws ConfigError naming the first variable that is wrong. */
export function loadConfig(env: Env): Config {
  const read = (name: string): string | undefined => env[name]?.trim() || undefined;
  const dataDir = resolve(read('DATA_DIR') ?? './.data');
  const url = postgresUrl('DATABASE_URL', read('DATABASE_URL'));
  return deepFreeze({
    http: {
      host: read('HOST') ?? '127.0.0.1',
      port: integer('PORT', read('PORT') ?? '3000', 0, 65_535),
      publicUrl: optionalUrl('PUBLIC_URL', read('PUBLIC_URL')),
      corsOrigins: origins('CORS_ORIGINS', read('CORS_ORIGINS')),
      trustProxy: trustProxy('TRUST_PROXY', read('TRUST_PROXY')),
    },
    database: { url, dataDir },
    redisUrl: redisUrl('REDIS_URL', read('REDIS_URL')),
    tenancy: {
      adminKey: adminKey('ADMIN_API_KEY', read('ADMIN_API_KEY')),
      credentialKeys: credentialKeys('CREDENTIAL_KEYS', read('CREDENTIAL_KEYS'), url !== undefined),
    },
    vendors: {
      adjust: vendorUrl('ADJUST_BASE_URL', read('ADJUST_BASE_URL') ?? 'https://api.adjust.com'),
      adjustReports: vendorUrl(
        'ADJUST_REPORTS_BASE_URL',
        read('ADJUST_REPORTS_BASE_URL') ?? 'https://automate.adjust.com',
      ),
      kochavaReporting: vendorUrl(
        'KOCHAVA_REPORTING_BASE_URL',
        read('KOCHAVA_REPORTING_BASE_URL') ?? 'https://reporting.api.kochava.com',
      ),
      kochava: vendorUrl('KOCHAVA_BASE_URL', read('KOCHAVA_BASE_URL') ?? 'https://api.kochava.com'),
      kochavaLinks: vendorUrl(
        'KOCHAVA_LINKS_BASE_URL',
        read('KOCHAVA_LINKS_BASE_URL') ?? 'https://links.api.kochava.com',
      ),
      downloadHosts: list(read('DOWNLOAD_HOSTS') ?? KOCHAVA_DOWNLOAD_HOSTS),
      tryTimeoutMs: integer('UPSTREAM_TIMEOUT_MS', read('UPSTREAM_TIMEOUT_MS') ?? '30000', 1, 600_000),
      summaryColumns: summaryColumns('KOCHAVA_SUMMARY_COLUMNS', read('KOCHAVA_SUMMARY_COLUMNS')),
    },
    cache: {
      recentMs: 1000 * integer('KPI_CACHE_RECENT_SECONDS', read('KPI_CACHE_RECENT_SECONDS') ?? '60', 0, 86_400),
      pastMs: 1000 * integer('KPI_CACHE_PAST_SECONDS', read('KPI_CACHE_PAST_SECONDS') ?? '3600', 0, 2_592_000),
      staleMs: 1000 * integer('KPI_CACHE_STALE_SECONDS', read('KPI_CACHE_STALE_SECONDS') ?? '86400', 0, 2_592_000),
      entries: integer('KPI_CACHE_ENTRIES', read('KPI_CACHE_ENTRIES') ?? '1000', 0, 1_000_000),
    },
    restatedDays: {
      counts: integer('KPI_COUNTS_RESTATED_DAYS', read('KPI_COUNTS_RESTATED_DAYS') ?? '3', 0, 365),
      cost: integer('KPI_COST_RESTATED_DAYS', read('KPI_COST_RESTATED_DAYS') ?? '14', 0, 365),
    },
    metricsToken: read('METRICS_TOKEN'),
    logLevel: oneOf('LOG_LEVEL', (read('LOG_LEVEL') ?? 'info').toLowerCase(), LOG_LEVELS),
  });
}

function wrong(name: string, must: string): never {
  throw new ConfigError(`${name} must be ${must}.`);
}

function integer(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < least || value > most) wrong(name, `a whole number from ${least} to ${most}`);
  return value;
}

function parseUrl(text: string, protocols: string[]): URL | undefined {
  try {
    const url = new URL(text);
    return protocols.includes(url.protocol) ? url : undefined;
  } catch {
    return undefined;
  }
}

function optionalUrl(name: string, text: string | undefined): string | undefined {
  if (!text) return undefined;
  if (!parseUrl(text, ['http:', 'https:'])) wrong(name, 'an http or https URL');
  return text.replace(/\/+$/, '');
}

/** A path is kept, the vendor's own follows it; a query, a fragment or a credential has no place here. */
function vendorUrl(name: string, text: string): string {
  const url = parseUrl(text, ['http:', 'https:']);
  if (!url || url.search || url.hash || url.username || url.password) {
    wrong(name, 'an http or https URL without credential, query or fragment');
  }
  return text.replace(/\/+$/, '');
}

function postgresUrl(name: string, text: string | undefined): string | undefined {
  if (text && !parseUrl(text, ['postgres:', 'postgresql:'])) wrong(name, 'a postgresql:// URL');
  return text;
}

function redisUrl(name: string, text: string | undefined): string | undefined {
  if (text && !parseUrl(text, ['redis:', 'rediss:'])) wrong(name, 'a redis:// or rediss:// URL');
  return text;
}

function adminKey(name: string, text: string | undefined): string | undefined {
  if (text && text.length < 32) wrong(name, '32 characters or more');
  return text;
}

function credentialKeys(name: string, text: string | undefined, needed: boolean): string | undefined {
  if (!text) {
    if (needed) {
      wrong(name, 'set where DATABASE_URL is: `id:base64 of 32 bytes`, made by `echo k1:$(openssl rand -base64 32)`');
    }
    return undefined;
  }
  try {
    parseKeyring(text);
  } catch {
    wrong(
      name,
      '`id:base64 of 32 bytes`, comma separated, each id once; make one by `echo k1:$(openssl rand -base64 32)`',
    );
  }
  return text;
}

function list(text: string | undefined): string[] {
  return (text ?? '').split(',').flatMap((part) => part.trim() || []);
}

/** `header=meaning`, comma separated. */
function summaryColumns(name: string, text: string | undefined): Record<string, string> {
  const pairs = list(text).map((pair) => pair.split('=').map((part) => part.trim()));
  const known = SummaryColumns.meanings;
  if (!pairs.every(({ length, 0: header, 1: meaning }) => length === 2 && header && known.has(meaning ?? ''))) {
    wrong(name, `header=meaning, comma separated, each meaning one of ${[...known].join(', ')}`);
  }
  return Object.fromEntries(pairs) as Record<string, string>;
}

function origins(name: string, text: string | undefined): string[] {
  const values = list(text);
  for (const value of values) {
    if (parseUrl(value, ['http:', 'https:'])?.origin !== value)
      wrong(name, 'origins like https://bi.example.com, comma separated');
  }
  return values;
}

function trustProxy(name: string, text: string | undefined): boolean | string {
  if (!text || text === 'false') return false;
  if (text === 'true') return true;
  if (!list(text).every(isProxy)) {
    wrong(name, 'true, false, or the proxies’ addresses and networks, comma separated');
  }
  return text;
}

/** An address, a network like 10.0.0.0/8, or one of Fastify's names for private ones. */
function isProxy(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', bits, ...more] = text.split('/');
  const longest = { 4: 32, 6: 128 }[isIP(address)];
  return (
    longest !== undefined &&
    more.length === 0 &&
    (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= longest))
  );
}

function oneOf(name: string, value: string, values: string[]): string {
  if (!values.includes(value)) wrong(name, `one of ${values.join(', ')}`);
  return value;
}

function deepFreeze<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) deepFreeze(part as object);
  return Object.freeze(value);
}

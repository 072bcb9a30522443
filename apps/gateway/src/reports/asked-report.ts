import type { KochavaReportKind, ReportContent, ReportRequest } from '#libs/kochava-reporting';
import { badInput, type FieldError } from '#libs/domain';
import { Secret } from '#libs/tenancy';
import type { DeliveryInput, RequestReportInput } from './report.input.js';
import type {
  AudienceActivationInput,
  AudienceExportInput,
  DetailReportInput,
  QueryReportInput,
  SummaryReportInput,
} from './report-spec.input.js';
import type { KpiReportSpecInput } from './kpi-report-spec.input.js';
import type { ReportFormat, ReportKind } from './report-words.js';

/** The parts of a spec; all but one are missing. */
interface AskedSpec {
  summary?: SummaryReportInput;
  detail?: DetailReportInput;
  query?: QueryReportInput;
  audienceExport?: AudienceExportInput;
  audienceActivation?: AudienceActivationInput;
  kpi?: KpiReportSpecInput;
  kochava?: WrittenReport;
}

/** A report as it was written in Kochava's own words, at the door of its API: what of it may be kept. */
export interface WrittenReport {
  endpoint: KochavaReportKind;
  /** In Kochava's names and the asker's order, without `api_key`; `delivery_method` without the keys of a bucket. */
  body: Record<string, unknown>;
}

type AskedDelivery = Omit<DeliveryInput, 's3'> & { s3?: { region: string; bucket: string } };

/** What was asked, as its row keeps it and everybody may see it: JSON, without secrets, without what was not said. */
export interface AskedReport {
  spec: AskedSpec;
  start?: string;
  end?: string;
  timeZone: string;
  format: ReportFormat;
  delivery?: AskedDelivery;
  notify?: string[];
}

/** The keys of a bucket. */
export interface BucketKeys {
  accessKey: string;
  secretKey: string;
}

const KINDS: Readonly<Record<string, ReportKind>> = {
  summary: 'SUMMARY',
  detail: 'DETAIL',
  query: 'QUERY',
  audienceExport: 'AUDIENCE_EXPORT',
  audienceActivation: 'AUDIENCE_ACTIVATION',
  kpi: 'KPI',
};

/** The one part of a spec that is there, by the name of its field. */
export function partOf(spec: object): { field: string; kind: ReportKind } {
  const [field] = Object.entries(spec).find(([, part]) => part !== undefined && part !== null) ?? [];
  const kind = field === undefined ? undefined : KINDS[field];
  if (field === undefined || !kind)
    throw badInput([{ pointer: '/spec', detail: 'must hold exactly one of its fields' }]);
  return { field, kind };
}

type Askable = Pick<RequestReportInput, 'spec' | 'start' | 'end' | 'timeZone' | 'format' | 'delivery' | 'notify'>;

/** An input as its row keeps it, and the secrets beside. */
export function askedOf(input: Askable): { asked: AskedReport; kind: ReportKind; keys?: BucketKeys } {
  const { kind } = partOf(input.spec);
  const { spec, start, end, timeZone, format, delivery, notify } = input;
  const { s3, ...elsewhere } = delivery ?? {};
  const keys = s3 && { accessKey: s3.accessKey, secretKey: s3.secretKey };
  const told = s3 ? { s3: { region: s3.region, bucket: s3.bucket } } : elsewhere;
  const asked = {
    spec,
    start: start?.toISOString(),
    end: end?.toISOString(),
    timeZone,
    format,
    delivery: delivery ? told : undefined,
    notify: notify ?? undefined,
  };
  return { asked: withoutNothing(asked) as AskedReport, kind, keys };
}

/** JSON of it, fields that are null or undefined left out. */
export const withoutNothing = (value: object): unknown =>
  JSON.parse(JSON.stringify(value, (_, part: unknown) => (part === null ? undefined : part)));

/** What Kochava is asked. Its window counts both ends in, ours not the last: what ends at midnight ends a second before. */
export function upstreamRequestOf(asked: AskedReport, appGuid: string, keys?: BucketKeys): ReportRequest {
  const { start, end, format, notify } = asked;
  const seconds = (instant: string): number => Date.parse(instant) / 1000;
  return {
    appGuid,
    content: contentOf(asked),
    format: format === 'JSON' ? 'json' : 'csv',
    // What was written holds its own word for a link, or none.
    delivery: asked.spec.kochava && !asked.delivery ? undefined : deliveryOf(asked.delivery, keys),
    ...(notify && { notify }),
    ...(start !== undefined &&
      end !== undefined && { window: { start: Math.floor(seconds(start)), end: Math.ceil(seconds(end)) - 1 } }),
  };
}

const lower = <T extends string>(words: readonly T[]) => words.map((word) => word.toLowerCase() as Lowercase<T>);

/** What a report holds, in Kochava's words. */
export function contentOf({ spec, timeZone }: Pick<AskedReport, 'spec' | 'timeZone'>): ReportContent {
  const { summary, detail, query, audienceExport, audienceActivation, kochava } = spec;
  if (kochava) return { kind: 'written', ...kochava };
  // Checked as it is taken over: the lib refuses what is no object of lists.
  const content = summary
    ? { kind: 'summary', timeZone, ...summary, traffic: lower(summary.traffic) }
    : detail
      ? { kind: 'detail', timeZone, ...detail, traffic: lower(detail.traffic) }
      : query
        ? { kind: 'custom', ...query }
        : audienceExport
          ? { kind: 'deviceid', ...audienceExport }
          : { kind: 'audience', ...audienceActivation };
  return content as ReportContent;
}

export function deliveryOf(
  delivery: AskedDelivery | undefined,
  keys: BucketKeys | undefined,
): ReportRequest['delivery'] {
  if (delivery?.savedS3) return { to: 'saved-s3' };
  if (delivery?.sftp) return { to: 'sftp', ...delivery.sftp };
  if (!delivery?.s3) return { to: 'link' };
  const accessKey = new Secret(keys?.accessKey ?? '');
  return { to: 's3', ...delivery.s3, accessKey, secretKey: new Secret(keys?.secretKey ?? '') };
}

/** Where Kochava's name of a field stands in our input. */
export function pointerOf(parameter: string, asked: AskedReport): string {
  const [field = ''] = Object.keys(asked.spec);
  const path = parameter.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  const [first, second] = path;
  const place =
    first === 'content' && second === 'timeZone'
      ? ['timeZone']
      : first === 'cadence' && second === 'timeZone'
        ? ['timeZone']
        : first === 'content'
          ? ['spec', field, ...path.slice(1)]
          : first === 'window'
            ? [asked.start === undefined ? 'start' : 'end']
            : first === 'appGuid'
              ? ['appId']
              : first === 'delivery' && asked.delivery
                ? ['delivery', ...Object.keys(asked.delivery), ...path.slice(1)]
                : path;
  return `/${place.join('/')}`;
}

/** What is wrong with a window before Kochava's rules are asked. */
export function windowErrors({ start, end }: Pick<AskedReport, 'start' | 'end'>): FieldError[] {
  if (start === undefined && end === undefined) return [];
  if (end === undefined) return [{ pointer: '/end', detail: 'must be given where start is' }];
  if (start === undefined) return [{ pointer: '/start', detail: 'must be given where end is' }];
  const [from, to] = [Date.parse(start), Date.parse(end)];
  if (from >= to) return [{ pointer: '/end', detail: 'must be after start' }];
  if (to - from < 2000) return [{ pointer: '/end', detail: 'must be two seconds after start at least' }];
  return [];
}

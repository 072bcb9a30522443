import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsIn, IsInt, IsString, Matches, Max, Min } from 'class-validator';
import { wordIn } from '../edge/any-case.js';
import { IfPresent } from '../edge/validators.js';
import type { ReportsArgs } from './report.input.js';
import { ReportKind, ReportStatus } from './report-words.js';

const split = (value: unknown): unknown[] =>
  [value].flat().flatMap((part) => (typeof part === 'string' ? part.split(',').map((one) => one.trim()) : part));

const Codes =
  (words: object): PropertyDecorator =>
  (target, key) => {
    const known = Object.keys(words);
    Transform(({ value }) => split(value).map((one) => (typeof one === 'string' ? wordIn(words, one) : one)))(
      target,
      key as string,
    );
    IsIn(known, { each: true, message: `must hold only ${known.join(', ').toLowerCase()}` })(target, key);
  };

const Pages =
  (most: number): PropertyDecorator =>
  (target, key) => {
    const words = `must be a whole number from 1 to ${most}`;
    IfPresent()(target, key);
    Type(() => Number)(target, key);
    for (const rule of [IsInt({ message: words }), Min(1, { message: words }), Max(most, { message: words })]) {
      rule(target, key);
    }
  };

/** `GET /v1/reports?…` */
export class ReportsQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 200, default: 25 })
  @Pages(200)
  first: number = 25;

  @ApiPropertyOptional({ description: 'The endCursor of the page before.' })
  @IfPresent()
  @IsString({ message: 'must be the endCursor of the page before' })
  after?: string;

  @ApiPropertyOptional({ type: String, description: 'Ids of apps, comma separated.' })
  @IfPresent()
  @Transform(({ value }) => split(value))
  @IsString({ each: true, message: 'must hold ids of apps' })
  app?: string[];

  @ApiPropertyOptional({ type: String, description: 'Comma separated: summary, detail, query, …' })
  @IfPresent()
  @Codes(ReportKind)
  kinds?: ReportKind[];

  @ApiPropertyOptional({ type: String, description: 'Comma separated: queued, in_progress, completed, …' })
  @IfPresent()
  @Codes(ReportStatus)
  statuses?: ReportStatus[];

  @ApiPropertyOptional({ description: 'Only what this schedule has made.' })
  @IfPresent()
  @IsString({ message: 'must be a schedule’s id' })
  schedule?: string;
}

export const listArgsOf = ({ first, after, app, kinds, statuses, schedule }: ReportsQuery): ReportsArgs => ({
  first,
  after,
  filter: { appIds: app, kinds, statuses, scheduleId: schedule },
});

const Flag = (): PropertyDecorator => (target, key) => {
  IfPresent()(target, key);
  Matches(/^(true|false)$/, { message: 'must be true or false' })(target, key);
};

/** `GET /v1/reports/{id}/rows?…` */
export class ReportRowsQuery {
  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 200, default: 100, description: 'JSON alone.' })
  @Pages(200)
  first?: number;

  @ApiPropertyOptional({ description: 'The endCursor of the page before.' })
  @IfPresent()
  @IsString({ message: 'must be the endCursor of the page before' })
  after?: string;

  @ApiPropertyOptional({ description: 'json, csv or ndjson; absent: by Accept.' })
  @IfPresent()
  @IsString({ message: 'must be json, csv or ndjson' })
  format?: string;

  @ApiPropertyOptional({ description: 'true: a byte order mark before the CSV, for Excel.' })
  @Flag()
  bom?: string;

  @ApiPropertyOptional({ description: 'true: CSV headings in English.' })
  @Flag()
  human_readable?: string;

  @ApiPropertyOptional({
    description: 'true: text cells as they are, also those that a spreadsheet would run as a formula.',
  })
  @Flag()
  raw?: string;
}

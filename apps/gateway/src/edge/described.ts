import { type Type, applyDecorators } from '@nestjs/common';
import {
  ApiBasicAuth,
  ApiBearerAuth,
  ApiExtraModels,
  ApiOperation,
  ApiProperty,
  ApiResponse,
  ApiSecurity,
  getSchemaPath,
} from '@nestjs/swagger';

/** RFC 9457, as every error of this API. */
export class ProblemModel {
  @ApiProperty({ description: 'The page that explains this code.' })
  type!: string;

  @ApiProperty()
  title!: string;

  @ApiProperty({ type: 'integer' })
  status!: number;

  @ApiProperty({ description: 'What happened, and what to do.' })
  detail!: string;

  @ApiProperty()
  instance!: string;

  @ApiProperty()
  code!: string;

  @ApiProperty()
  requestId!: string;

  @ApiProperty({
    required: false,
    type: 'array',
    items: { type: 'object', properties: { pointer: { type: 'string' }, detail: { type: 'string' } } },
    description: 'Every bad field, by JSON pointer into the body or by `/parameter`.',
  })
  errors?: object[];

  @ApiProperty({ required: false, enum: ['ADJUST', 'KOCHAVA'] })
  vendor?: string;

  @ApiProperty({ required: false, type: 'integer', description: 'The status that the vendor answered with.' })
  upstreamStatus?: number;

  @ApiProperty({ required: false, type: 'integer' })
  retryAfterSeconds?: number;
}

type Form = 'one' | 'array' | 'list' | 'table' | 'table-list' | 'empty';

/** What OpenAPI tells of a REST door: summary, answer, errors and the ways a key travels. */
export function Described(summary: string, model: Type | undefined, form: Form = 'one', status = 200): MethodDecorator {
  return applyDecorators(
    ...(model ? [ApiExtraModels(model)] : []),
    ApiExtraModels(ProblemModel),
    ApiOperation({ summary }),
    ApiBearerAuth(),
    ApiBasicAuth(),
    ApiSecurity('api-key'),
    ApiResponse({
      status,
      description: 'Done.',
      ...(model && form !== 'empty' ? { content: contentOf(model, form) } : {}),
    }),
    ApiResponse({
      status: 'default' as never,
      description: 'An error: its `code` says which, its `detail` what to do.',
      content: { 'application/problem+json': { schema: { $ref: getSchemaPath(ProblemModel) } } },
    }),
  );
}

function contentOf(model: Type, form: Form): Record<string, object> {
  const schema = { $ref: getSchemaPath(model) };
  if (form === 'array') return { 'application/json': { schema: { type: 'array', items: schema } } };
  if (form === 'list' || form === 'table-list') {
    const page = {
      type: 'object',
      properties: { hasNextPage: { type: 'boolean' }, endCursor: { type: 'string', nullable: true } },
    };
    return {
      'application/json': { schema: { type: 'object', properties: { data: { type: 'array', items: schema }, page } } },
      ...(form === 'table-list' ? TABLES : {}),
    };
  }
  return {
    'application/json': { schema },
    ...(form === 'table' ? TABLES : {}),
  };
}

const TABLES = {
  'text/csv': { schema: { type: 'string' } },
  'application/x-ndjson': { schema: { type: 'string' } },
};

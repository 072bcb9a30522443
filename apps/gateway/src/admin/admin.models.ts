import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { PROVIDERS, SCOPES, VENDORS } from '#libs/domain';
import { PLATFORMS } from '#libs/tenancy';
import { pageArgs } from '../edge/page-args.js';

/** Bodies are checked by the tenancy itself, every bad and unknown field at once; these models describe them. */

export class TenantModel {
  @ApiProperty()
  id!: string;

  @ApiProperty()
  slug!: string;

  @ApiProperty()
  name!: string;
}

export class NewTenantModel {
  @ApiProperty({ pattern: '^[a-z0-9][a-z0-9-]{0,62}$', description: 'In paths; never changes.' })
  slug!: string;

  @ApiProperty({ minLength: 1, maxLength: 100 })
  name!: string;
}

export class TenantNameModel {
  @ApiProperty({ minLength: 1, maxLength: 100 })
  name!: string;
}

export class NewCredentialModel {
  @ApiProperty({ format: 'password', description: 'Kept encrypted, never answered again.' })
  secret!: string;
}

export class CredentialModel {
  @ApiProperty({ enum: PROVIDERS })
  provider!: string;

  @ApiProperty({ description: '`sha256:` and the first 12 hex digits of the secret’s SHA-256.' })
  fingerprint!: string;

  @ApiProperty({ format: 'date-time' })
  updatedAt!: string;
}

export class RetiredCredentialModel {
  @ApiProperty({ enum: PROVIDERS })
  provider!: string;

  @ApiProperty({ type: 'integer' })
  version!: number;

  @ApiProperty({ description: '`sha256:` and the first 12 hex digits of the secret’s SHA-256.' })
  fingerprint!: string;

  @ApiProperty({ format: 'date-time' })
  retiredAt!: string;

  @ApiProperty({ type: 'integer', description: 'Reports that are under way with it, or whose file is.' })
  reports!: number;

  @ApiProperty({ type: 'integer', description: 'Schedules made with it that are not deleted.' })
  schedules!: number;
}

export class CredentialCheckModel {
  @ApiProperty()
  valid!: boolean;

  @ApiProperty({ format: 'date-time' })
  checkedAt!: string;

  @ApiProperty({ description: 'What the vendor says.' })
  message!: string;
}

export class AppChangeModel {
  @ApiPropertyOptional({ minLength: 1, maxLength: 100 })
  name?: string;

  @ApiPropertyOptional({ enum: PLATFORMS, description: 'In any letter case.' })
  platform?: string;

  @ApiPropertyOptional({ type: String, nullable: true, description: 'Adjust’s token of the app. Once per tenant.' })
  adjustToken?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, description: 'For Kochava’s Reporting API. Once per tenant.' })
  kochavaGuid?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: 'Kochava’s number, for its Postbacks and Links APIs. Once per tenant.',
  })
  kochavaAppId?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, description: 'Shown with the app; asked of nobody.' })
  kochavaAccountName?: string | null;
}

export class NewAppModel extends AppChangeModel {
  @ApiProperty({ minLength: 1, maxLength: 100 })
  declare name: string;

  @ApiProperty({ enum: PLATFORMS, description: 'In any letter case.' })
  declare platform: string;
}

export class NewApiKeyModel {
  @ApiProperty({ minLength: 1, maxLength: 100 })
  name!: string;

  @ApiProperty({ enum: SCOPES, isArray: true, minItems: 1 })
  scopes!: string[];

  @ApiPropertyOptional({
    type: [String],
    nullable: true,
    description: 'The only apps that the key may touch; null: every app, also those that come later.',
  })
  appIds?: string[] | null;

  @ApiPropertyOptional({ type: String, format: 'date-time', nullable: true, description: 'Null: never.' })
  expiresAt?: string | null;

  @ApiPropertyOptional({ type: 'integer', nullable: true, minimum: 1, description: 'Null: no limit.' })
  requestsPerMinute?: number | null;
}

export class ApiKeyModel extends NewApiKeyModel {
  @ApiProperty()
  id!: string;

  @ApiProperty({ description: 'The key’s first characters, to recognise it by.' })
  prefix!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  lastUsedAt!: string | null;

  @ApiProperty({ format: 'date-time' })
  createdAt!: string;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  revokedAt!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The key that took its place.' })
  replacedById!: string | null;
}

export class IssuedApiKeyModel extends ApiKeyModel {
  @ApiProperty({ description: 'Shown this once.' })
  key!: string;
}

export class RotationModel {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: 2_592_000,
    default: 86_400,
    description: 'Seconds that the old key goes on.',
  })
  graceSeconds?: number;
}

export class RotatedApiKeyModel {
  @ApiProperty()
  id!: string;

  @ApiProperty({ description: 'Shown this once.' })
  key!: string;

  @ApiProperty()
  prefix!: string;

  @ApiProperty({ format: 'date-time' })
  previousKeyEndsAt!: string;
}

export class NetworkAliasModel {
  @ApiProperty({ enum: VENDORS })
  vendor!: string;

  @ApiProperty({ maxLength: 200, description: 'What the vendor calls it.' })
  name!: string;

  @ApiProperty({ maxLength: 200, description: 'What the tenant calls it.' })
  canonical!: string;
}

export class LimitsModel {
  @ApiPropertyOptional({
    type: [String],
    nullable: true,
    description: 'Hosts that postbacks and deliveries may go to, subdomains included; null: no bound.',
  })
  hosts?: string[] | null;

  @ApiPropertyOptional({
    type: [String],
    nullable: true,
    description: 'Mail domains that may be notified; null: no bound.',
  })
  mailDomains?: string[] | null;
}

export class PageArgs extends pageArgs(25) {}

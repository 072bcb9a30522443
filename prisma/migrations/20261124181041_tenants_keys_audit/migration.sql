-- CreateSchema
CREATE SCHEMA IF NOT EXISTS "public";

-- CreateTable
CREATE TABLE "tenants" (
    "id" UUID NOT NULL,
    "slug" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "tenants_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "apps" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "platform" TEXT NOT NULL,
    "adjust_token" TEXT,
    "kochava_guid" TEXT,
    "kochava_app_id" TEXT,
    "kochava_account_name" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "apps_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "credentials" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "provider" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "encryption_key_id" TEXT NOT NULL,
    "nonce" BYTEA NOT NULL,
    "ciphertext" BYTEA NOT NULL,
    "tag" BYTEA NOT NULL,
    "fingerprint" TEXT NOT NULL,
    "current" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "retired_at" TIMESTAMPTZ(3),

    CONSTRAINT "credentials_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "api_keys" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "name" TEXT NOT NULL,
    "prefix" TEXT NOT NULL,
    "hash" BYTEA NOT NULL,
    "scopes" TEXT[],
    "every_app" BOOLEAN NOT NULL,
    "app_ids" UUID[],
    "expires_at" TIMESTAMPTZ(3),
    "requests_per_minute" INTEGER,
    "last_used_at" TIMESTAMPTZ(3),
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "revoked_at" TIMESTAMPTZ(3),
    "replaced_by_id" UUID,

    CONSTRAINT "api_keys_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "network_aliases" (
    "tenant_id" UUID NOT NULL,
    "vendor" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "canonical" TEXT NOT NULL,

    CONSTRAINT "network_aliases_pkey" PRIMARY KEY ("tenant_id","vendor","name")
);

-- CreateTable
CREATE TABLE "tenant_limits" (
    "tenant_id" UUID NOT NULL,
    "hosts" JSONB,
    "mail_domains" JSONB,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "tenant_limits_pkey" PRIMARY KEY ("tenant_id")
);

-- CreateTable
CREATE TABLE "audit_rows" (
    "seq" BIGSERIAL NOT NULL,
    "id" UUID NOT NULL,
    "chain" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "intent_id" UUID,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "key_id" UUID,
    "key_name" TEXT NOT NULL,
    "edge" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "app_id" UUID,
    "resource" TEXT,
    "vendor" TEXT,
    "outcome" TEXT,
    "code" TEXT,
    "upstream_status" INTEGER,
    "duration_ms" INTEGER,
    "request_id" TEXT NOT NULL,
    "request" JSON,
    "before" JSON,
    "after" JSON,
    "batch" INTEGER,

    CONSTRAINT "audit_rows_pkey" PRIMARY KEY ("seq")
);

-- CreateTable
CREATE TABLE "audit_batches" (
    "chain" TEXT NOT NULL,
    "number" INTEGER NOT NULL,
    "row_count" INTEGER NOT NULL,
    "previous" TEXT NOT NULL,
    "hash" TEXT NOT NULL,
    "sealed_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "audit_batches_pkey" PRIMARY KEY ("chain","number")
);

-- CreateTable
CREATE TABLE "idempotency_records" (
    "tenant_id" UUID NOT NULL,
    "key_id" UUID NOT NULL,
    "operation" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "request_hash" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "intent_id" UUID NOT NULL,
    "answer" JSON,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "lease_until" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "idempotency_records_pkey" PRIMARY KEY ("tenant_id","key_id","operation","key")
);

-- CreateIndex
CREATE UNIQUE INDEX "tenants_slug_key" ON "tenants"("slug");

-- CreateIndex
CREATE INDEX "apps_tenant_id_name_id_idx" ON "apps"("tenant_id", "name", "id");

-- CreateIndex
CREATE UNIQUE INDEX "apps_tenant_id_adjust_token_key" ON "apps"("tenant_id", "adjust_token");

-- CreateIndex
CREATE UNIQUE INDEX "apps_tenant_id_kochava_guid_key" ON "apps"("tenant_id", "kochava_guid");

-- CreateIndex
CREATE UNIQUE INDEX "apps_tenant_id_kochava_app_id_key" ON "apps"("tenant_id", "kochava_app_id");

-- CreateIndex
CREATE INDEX "credentials_tenant_id_provider_current_idx" ON "credentials"("tenant_id", "provider", "current");

-- CreateIndex
CREATE INDEX "credentials_encryption_key_id_idx" ON "credentials"("encryption_key_id");

-- CreateIndex
CREATE UNIQUE INDEX "credentials_tenant_id_provider_version_key" ON "credentials"("tenant_id", "provider", "version");

-- CreateIndex
CREATE UNIQUE INDEX "api_keys_hash_key" ON "api_keys"("hash");

-- CreateIndex
CREATE INDEX "api_keys_tenant_id_created_at_id_idx" ON "api_keys"("tenant_id", "created_at", "id");

-- CreateIndex
CREATE UNIQUE INDEX "audit_rows_id_key" ON "audit_rows"("id");

-- CreateIndex
CREATE INDEX "audit_rows_chain_seq_idx" ON "audit_rows"("chain", "seq");

-- CreateIndex
CREATE INDEX "audit_rows_chain_batch_idx" ON "audit_rows"("chain", "batch");

-- CreateIndex
CREATE INDEX "audit_rows_intent_id_idx" ON "audit_rows"("intent_id");

-- CreateIndex
CREATE INDEX "idempotency_records_expires_at_idx" ON "idempotency_records"("expires_at");

-- AddForeignKey
ALTER TABLE "apps" ADD CONSTRAINT "apps_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "credentials" ADD CONSTRAINT "credentials_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "api_keys" ADD CONSTRAINT "api_keys_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "network_aliases" ADD CONSTRAINT "network_aliases_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "tenant_limits" ADD CONSTRAINT "tenant_limits_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

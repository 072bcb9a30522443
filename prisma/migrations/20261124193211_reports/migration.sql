-- CreateTable
CREATE TABLE "reports" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "app_id" UUID NOT NULL,
    "vendors" TEXT[],
    "kind" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "status_detail" TEXT,
    "failure" JSON,
    "progress" INTEGER,
    "request" JSON NOT NULL,
    "sealed_keys" TEXT,
    "fingerprint" TEXT NOT NULL,
    "upstream_app" TEXT NOT NULL,
    "credential_version" INTEGER NOT NULL,
    "upstream_token" TEXT,
    "schedule_id" UUID,
    "key_id" UUID,
    "idempotency_key" TEXT,
    "has_file" BOOLEAN NOT NULL DEFAULT false,
    "file_size" DOUBLE PRECISION,
    "columns" TEXT[],
    "created_at" TIMESTAMPTZ(3) DEFAULT CURRENT_TIMESTAMP,
    "sent_at" TIMESTAMPTZ(3),
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "completed_at" TIMESTAMPTZ(3),
    "looks" INTEGER NOT NULL DEFAULT 0,
    "next_look_at" TIMESTAMPTZ(3),

    CONSTRAINT "reports_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "reports_tenant_id_id_idx" ON "reports"("tenant_id", "id");

-- CreateIndex
CREATE INDEX "reports_tenant_id_app_id_id_idx" ON "reports"("tenant_id", "app_id", "id");

-- CreateIndex
CREATE INDEX "reports_tenant_id_upstream_token_idx" ON "reports"("tenant_id", "upstream_token");

-- CreateIndex
CREATE INDEX "reports_tenant_id_key_id_idempotency_key_idx" ON "reports"("tenant_id", "key_id", "idempotency_key");

-- CreateIndex
CREATE INDEX "reports_next_look_at_idx" ON "reports"("next_look_at");

-- AddForeignKey
ALTER TABLE "reports" ADD CONSTRAINT "reports_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "reports" ADD CONSTRAINT "reports_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "apps"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- CreateTable
CREATE TABLE "schedules" (
    "id" UUID NOT NULL,
    "tenant_id" UUID NOT NULL,
    "app_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "status_detail" TEXT,
    "request" JSON NOT NULL,
    "notify" TEXT[],
    "sealed_keys" TEXT,
    "upstream_app" TEXT NOT NULL,
    "credential_version" INTEGER NOT NULL,
    "upstream_token" TEXT,
    "key_id" UUID,
    "idempotency_key" TEXT,
    "next_run_at" TIMESTAMPTZ(3),
    "accounted_until" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,
    "sent_at" TIMESTAMPTZ(3),
    "looks" INTEGER NOT NULL DEFAULT 0,
    "next_look_at" TIMESTAMPTZ(3),

    CONSTRAINT "schedules_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE INDEX "schedules_tenant_id_id_idx" ON "schedules"("tenant_id", "id");

-- CreateIndex
CREATE INDEX "schedules_tenant_id_app_id_id_idx" ON "schedules"("tenant_id", "app_id", "id");

-- CreateIndex
CREATE INDEX "schedules_tenant_id_key_id_idempotency_key_idx" ON "schedules"("tenant_id", "key_id", "idempotency_key");

-- CreateIndex
CREATE INDEX "schedules_next_look_at_idx" ON "schedules"("next_look_at");

-- CreateIndex
CREATE INDEX "reports_schedule_id_id_idx" ON "reports"("schedule_id", "id");

-- AddForeignKey
ALTER TABLE "schedules" ADD CONSTRAINT "schedules_tenant_id_fkey" FOREIGN KEY ("tenant_id") REFERENCES "tenants"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "schedules" ADD CONSTRAINT "schedules_app_id_fkey" FOREIGN KEY ("app_id") REFERENCES "apps"("id") ON DELETE CASCADE ON UPDATE CASCADE;

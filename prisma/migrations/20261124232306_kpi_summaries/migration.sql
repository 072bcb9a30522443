-- AlterTable
ALTER TABLE "reports" ADD COLUMN     "for_kpis" BOOLEAN NOT NULL DEFAULT false;

-- CreateIndex
CREATE INDEX "reports_for_kpis_updated_at_idx" ON "reports"("for_kpis", "updated_at");

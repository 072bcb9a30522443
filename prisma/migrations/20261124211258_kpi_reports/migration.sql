-- AlterTable
ALTER TABLE "reports" ADD COLUMN     "run_at" TIMESTAMPTZ(3);

-- CreateIndex
CREATE UNIQUE INDEX "reports_schedule_id_run_at_key" ON "reports"("schedule_id", "run_at");

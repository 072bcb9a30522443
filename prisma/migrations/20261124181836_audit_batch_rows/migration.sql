-- DropIndex
DROP INDEX "audit_rows_chain_seq_idx";

-- AlterTable
ALTER TABLE "audit_batches" ADD COLUMN     "rows" TEXT[];

-- CreateIndex
CREATE INDEX "audit_rows_chain_at_seq_idx" ON "audit_rows"("chain", "at", "seq");

-- CreateIndex
CREATE INDEX "audit_rows_unsealed_idx" ON "audit_rows"("chain", "seq") WHERE ("batch" IS NULL);

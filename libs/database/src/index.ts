export { openEmbeddedPostgres, type EmbeddedPostgres } from './embedded-postgres.js';
export { Prisma } from './generated/client.js';
export type * from './generated/models.js';
export { applyMigrations, migrationDiff, pendingMigrations } from './migrations.js';
export { openDatabase, type OpenDatabase } from './open-database.js';
export { isDatabaseAway, PrismaService } from './prisma.service.js';

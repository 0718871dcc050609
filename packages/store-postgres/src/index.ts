export { migrateDatabase, type SchemaVersions } from "./migrate-database.js";
export { openPostgresStore, type PostgresStoreOptions } from "./open-postgres-store.js";
export { openPostgresArchive, openPostgresSource } from "./postgres-archive.js";
export type { PostgresStore } from "./postgres-store.js";

export { backUp } from "./backup.js";
export { openSqliteStore } from "./open-sqlite-store.js";
export { acceptDataLoss } from "./refusals.js";
export { openSqliteArchive } from "./sqlite-archive.js";

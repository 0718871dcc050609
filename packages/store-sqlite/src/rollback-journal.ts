import { readFileSync } from "node:fs";
import { sizeOf } from "./data-file.js";

const magic = Buffer.from("d9d505f920a163d7", "hex");
const pagesBeforeAt = 16;

/**
 * Whether a rollback journal tells of a database that had content before its transaction. That of a first
 * start which was cut short says 0 pages; one that cannot be read may have been anything.
 * Source: sqlite.org/fileformat.html, "The Rollback Journal".
 */
export function journalHoldsPages(journal: string): boolean {
  if (sizeOf(journal) === 0) return false;
  const header = readFileSync(journal).subarray(0, 28);
  const isReadable = header.length === 28 && header.subarray(0, magic.length).equals(magic);
  return !isReadable || header.readUInt32BE(pagesBeforeAt) > 0;
}

import { createHash } from "node:crypto";
import * as fs from "node:fs";
import { basename, dirname, join } from "node:path";
import type { EntryRecord, HubError } from "@hub/core";
import type { StoreWrite } from "@hub/core/storage";
import { openSqliteStore } from "./open-sqlite-store.js";

/** Files of stores, as tests make, copy and break them. */

export function entry(id: string, version = 1, description = "A server."): EntryRecord {
  const endpoint = `http://127.0.0.1:8002/${id}`;
  return {
    id,
    name: id,
    profile: { description },
    createdAt: 1,
    updatedAt: version,
    revision: version,
    version,
    instances: [],
    lastEndpoint: endpoint,
    lastTransport: "streamable-http",
  };
}

/** A write that brings entries, each with one event. */
export function bringing(...records: readonly EntryRecord[]): StoreWrite {
  return {
    entries: records.map((record) => ({ record, basedOn: undefined })),
    removed: [],
    snapshots: [],
    events: records.map(({ id }) => ({
      event: { kind: "forgotten", serverId: id, name: id, at: 1, reason: "removed" },
    })),
  };
}

/** Everything beside and of a database: name, size and hash of each file. */
export function picture(file: string): Record<string, string> {
  const folder = dirname(file);
  return Object.fromEntries(
    fs.readdirSync(folder).map((name) => {
      const path = join(folder, name);
      return [name, fs.statSync(path).isFile() ? hash(fs.readFileSync(path)) : "folder"];
    }),
  );
}

function hash(bytes: Buffer): string {
  return `${bytes.length} ${createHash("sha256").update(bytes).digest("hex")}`;
}

/** A copy of a database with its other files, in another folder. Its owner is gone, or it would be asked. */
export function copyTo(folder: string, file: string): string {
  fs.mkdirSync(folder, { recursive: true });
  for (const suffix of ["", "-wal", "-shm", "-journal"]) {
    if (fs.existsSync(file + suffix))
      fs.copyFileSync(file + suffix, join(folder, basename(file) + suffix));
  }
  return join(folder, basename(file));
}

/** Opens what must be refused, and returns how. */
export async function refusalOf(file: string): Promise<HubError> {
  const outcome = await openSqliteStore({ file }).catch((error: HubError) => error);
  if (!("code" in outcome)) {
    await outcome.close();
    throw new Error(`${file} was opened.`);
  }
  return outcome;
}

/** What all files of a folder take, in bytes. */
export function sizeOfFolder(folder: string): number {
  return fs
    .readdirSync(folder)
    .reduce((sum, name) => sum + fs.statSync(join(folder, name)).size, 0);
}

export function flip(file: string, offset: number, mask = 0xff): void {
  const bytes = fs.readFileSync(file);
  bytes.writeUInt8(bytes.readUInt8(offset) ^ mask, offset);
  fs.writeFileSync(file, bytes);
}

import { randomUUID } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, rmSync } from "node:fs";
import { type FileHandle, open, rename } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip, createGzip } from "node:zlib";
import type { ArchiveRow, ArchiveSource } from "@hub/core/storage";
import { CommandError } from "../command-line/command-error.js";
import { differingKinds, RowSummer, type RowSums, sumsOf } from "./row-sums.js";

/** A backup as one file: gzipped lines of JSON. The first says what it is, the last what all others come to. */
const header = { format: "mcp-hub-backup", version: 1 } as const;

/** Some would have ended before the backup is restored. */
const leftOut: ReadonlySet<ArchiveRow["kind"]> = new Set(["session", "sign-in"]);

/**
 * Writes a backup that only its owner may read, durable when this resolves, and reads it once more. Rejects with a
 * CommandError, and leaves nothing behind, when `file` is there already or cannot be written.
 */
export async function writeArchive(file: string, source: ArchiveSource): Promise<RowSums> {
  if (existsSync(file))
    throw new CommandError(
      "failed",
      `${file} is there already, and a backup overwrites nothing. Name a new file.`,
    );
  const unfinished = join(dirname(file), `.${basename(file)}-${randomUUID().slice(0, 8)}`);
  try {
    const handle = await openNew(unfinished);
    try {
      await pipeline(Readable.from(linesOf(source)), createGzip(), handle.createWriteStream());
    } finally {
      await handle.close().catch(() => {});
    }
    await syncFile(unfinished);
    const sums = await sumsOf(rowsIn(unfinished));
    await rename(unfinished, file);
    return sums;
  } finally {
    rmSync(unfinished, { force: true });
  }
}

async function openNew(file: string): Promise<FileHandle> {
  try {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    return await open(file, "wx", 0o600);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new CommandError("failed", `The backup cannot be written: ${reason}.`, { cause: error });
  }
}

async function syncFile(file: string): Promise<void> {
  const handle = await open(file, "r+");
  await handle.sync();
  await handle.close();
}

async function* linesOf(source: ArchiveSource): AsyncGenerator<string> {
  yield `${JSON.stringify({ ...header, madeAt: new Date().toISOString() })}\n`;
  const summer = new RowSummer();
  for await (const row of source.rows()) {
    if (leftOut.has(row.kind)) continue;
    summer.add(row);
    yield `${JSON.stringify(row)}\n`;
  }
  yield `${JSON.stringify({ end: summer.sums() })}\n`;
}

/** A backup as a source of rows. Its rows reject with a CommandError when it is none, or not whole. */
export function archiveFile(file: string): ArchiveSource {
  return { place: file, rows: () => rowsIn(file), close: async () => {} };
}

async function* rowsIn(file: string): AsyncGenerator<ArchiveRow> {
  const summer = new RowSummer();
  let isFirst = true;
  let end: RowSums | undefined;
  try {
    for await (const line of unpackedLines(file)) {
      const read: unknown = JSON.parse(line);
      if (isFirst) assertHeader(file, read);
      else if (typeof read === "object" && read !== null && "end" in read) {
        // What the program wrote is what it reads; the sums say whether it is.
        end = read.end as RowSums;
      } else {
        const row = read as ArchiveRow;
        summer.add(row);
        yield row;
      }
      isFirst = false;
    }
    if (end === undefined) throw isFirst ? noBackup(file) : notWhole(file);
    if (differingKinds(summer.sums(), end).length > 0) throw notWhole(file);
  } catch (error) {
    if (error instanceof CommandError || !isOfContent(error)) throw error;
    throw isFirst ? noBackup(file, error) : notWhole(file, error);
  }
}

/** Not those of `readline`, to which U+2028 ends a line as well. */
async function* unpackedLines(file: string): AsyncGenerator<string> {
  const packed = createReadStream(file);
  const unpacked = createGunzip().setEncoding("utf8");
  packed.on("error", (error) => unpacked.destroy(error));
  packed.pipe(unpacked);
  let rest = "";
  try {
    // With an encoding, what comes is text.
    for await (const text of unpacked as AsyncIterable<string>) {
      const lines = (rest + text).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } finally {
    packed.destroy();
    unpacked.destroy();
  }
}

/** Whether it is about what the file holds: not JSON, or not as it was packed. */
function isOfContent(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  return error instanceof SyntaxError || code.startsWith("Z_") || error instanceof TypeError;
}

function assertHeader(file: string, read: unknown): void {
  const isOurs =
    typeof read === "object" && read !== null && "format" in read && read.format === header.format;
  if (!isOurs) throw noBackup(file);
  if (!("version" in read) || read.version !== header.version)
    throw new CommandError(
      "failed",
      `${file} is a backup of a newer MCP Hub. Restore it with that version.`,
    );
}

const noBackup = (file: string, cause?: unknown) =>
  new CommandError("failed", `${file} is no backup of MCP Hub.`, { cause });

const notWhole = (file: string, cause?: unknown) =>
  new CommandError(
    "failed",
    `${file} is not whole: it was cut or changed after it was written. Nothing was restored; take another backup.`,
    { cause },
  );

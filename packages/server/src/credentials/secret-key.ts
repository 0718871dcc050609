import { hkdfSync, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { HubError } from "@hub/core";
import { type Sealing, sealingWith } from "../sealing.js";
import { StartError } from "../start-error.js";

const keyBytes = 32;

/** Another hub that starts may just be making one, which takes no time. */
const unfinishedMs = 60_000;

/** The key of the hub, as it is used for one purpose. */
export type SealingKey = Sealing & {
  /** Tells keys apart, and says nothing of the key. */
  readonly id: string;
  /** 32 bytes for another purpose, which say nothing of the key. */
  derive(purpose: string): Buffer;
};

/**
 * The file with the key of the hub: 32 random bytes that nobody but its owner may read. It is made when it is
 * first needed. What lies beside it in a database is sealed with it.
 */
export class SecretKeyFile {
  readonly file: string;
  #key: SealingKey | undefined;

  /** Reads the file if it is there. Throws StartError for one that cannot be trusted. */
  constructor(file: string) {
    this.file = file;
    const bytes = readKey(file);
    this.#key = bytes === undefined ? undefined : sealingKey(bytes);
  }

  /** The key; undefined as long as there is no file. */
  get current(): SealingKey | undefined {
    return this.#key;
  }

  /** Removes what a process has left that ended while it made one. For a hub that starts. */
  tidy(): void {
    const folder = dirname(this.file);
    const isUnfinished = (name: string) =>
      name.startsWith(`${basename(this.file)}.`) && /\.[0-9a-f]{12}\.new$/.test(name);
    try {
      for (const name of fs.readdirSync(folder).filter(isUnfinished)) {
        const path = join(folder, name);
        if (Date.now() - fs.statSync(path).mtimeMs > unfinishedMs) fs.rmSync(path, { force: true });
      }
    } catch {
      // It is in nobody's way, and only its owner can read it.
    }
  }

  /** The key, made where there is none yet. Throws STORE_UNAVAILABLE when it cannot be written. */
  obtain(): SealingKey {
    this.#key ??= sealingKey(makeKey(this.file));
    return this.#key;
  }
}

function readKey(file: string): Buffer | undefined {
  let handle: number;
  try {
    handle = fs.openSync(file, "r");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw new StartError(
      `The key file ${file} cannot be read (${codeOf(error)}). Let the user that runs the hub read it, or set MCP_HUB_SECRET_KEY_FILE to another one.`,
    );
  }
  try {
    const stats = fs.fstatSync(handle);
    if (!stats.isFile())
      throw new StartError(
        `The key file ${file} is no file. Set MCP_HUB_SECRET_KEY_FILE to a file.`,
      );
    // Windows has no such bits.
    if (process.platform !== "win32" && (stats.mode & 0o077) !== 0)
      throw new StartError(
        `Others than its owner may use the key file ${file} (mode ${(stats.mode & 0o777).toString(8)}). Run: chmod 600 ${file}. If somebody may have read it, replace the credentials that are sealed with it.`,
      );
    if (stats.size !== keyBytes)
      throw new StartError(
        `The key file ${file} has ${stats.size} bytes; a key has exactly ${keyBytes}. Put the right file back; a new key (openssl rand ${keyBytes}) cannot open what was sealed with another one.`,
      );
    return fs.readFileSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

function makeKey(file: string): Buffer {
  const bytes = randomBytes(keyBytes);
  const folder = dirname(file);
  // Hubs in containers of their own may have one process id, and one volume.
  const unfinished = `${file}.${randomBytes(6).toString("hex")}.new`;
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    try {
      const handle = fs.openSync(unfinished, "wx", 0o600);
      try {
        fs.writeSync(handle, bytes);
        fs.fsyncSync(handle);
      } finally {
        fs.closeSync(handle);
      }
      fs.linkSync(unfinished, file);
    } catch (error) {
      // Another hub has put one there meanwhile, which must not be lost, and is good for both.
      const others = codeOf(error) === "EEXIST" ? readKey(file) : undefined;
      if (others === undefined) throw error;
      return others;
    } finally {
      fs.rmSync(unfinished, { force: true });
    }
    syncFolder(folder);
    return bytes;
  } catch (error) {
    throw new HubError(
      "STORE_UNAVAILABLE",
      `The hub could not make its key file ${file} (${codeOf(error)}), so it keeps no credentials. Let it write there, or put a file with ${keyBytes} random bytes there (openssl rand ${keyBytes}, mode 600) and restart the hub.`,
      { cause: error },
    );
  }
}

/** A new name in a folder is durable when the folder is. */
function syncFolder(folder: string): void {
  if (process.platform === "win32") return;
  const handle = fs.openSync(folder, "r");
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "failed";
}

function derived(key: Buffer, purpose: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync("sha256", key, "", purpose, bytes));
}

function sealingKey(key: Buffer): SealingKey {
  return {
    id: derived(key, "mcp-hub key id", 9).toString("base64url"),
    derive: (purpose) => derived(key, purpose, keyBytes),
    ...sealingWith(derived(key, "mcp-hub credentials", 32)),
  };
}

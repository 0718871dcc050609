import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";
import * as fs from "node:fs";
import { dirname } from "node:path";
import { HubError } from "@hub/core";
import { StartError } from "../start-error.js";

const keyBytes = 32;
const cipher = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

/** The key of the hub, as it is used for one purpose. */
export type SealingKey = {
  /** Tells keys apart, and says nothing of the key. */
  readonly id: string;
  /** Closes a text; `about` is not hidden, but cannot be changed either. */
  seal(about: string, text: string): string;
  /** What was sealed; undefined when it was not sealed with this key, or for something else. */
  open(about: string, sealed: string): string | undefined;
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

  /** The key, made where there was none. Throws STORE_UNAVAILABLE when it cannot be written. */
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
    // Below what is no folder there is no key either; the store says what is wrong with the data folder.
    if (["ENOENT", "ENOTDIR"].includes(codeOf(error))) return undefined;
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
  const unfinished = `${file}.${process.pid}.new`;
  try {
    fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
    fs.rmSync(unfinished, { force: true });
    const handle = fs.openSync(unfinished, "wx", 0o600);
    try {
      fs.writeSync(handle, bytes);
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    // Fails where somebody has put a key meanwhile, which must not be lost.
    try {
      fs.linkSync(unfinished, file);
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
  const secret = derived(key, "mcp-hub credentials", 32);
  return {
    id: derived(key, "mcp-hub key id", 9).toString("base64url"),
    seal(about, text) {
      const nonce = randomBytes(nonceBytes);
      const sealing = createCipheriv(cipher, secret, nonce).setAAD(Buffer.from(about));
      const sealed = [nonce, sealing.update(text, "utf8"), sealing.final(), sealing.getAuthTag()];
      return Buffer.concat(sealed).toString("base64");
    },
    open(about, sealed) {
      const bytes = Buffer.from(sealed, "base64");
      if (bytes.length < nonceBytes + tagBytes) return undefined;
      const opening = createDecipheriv(cipher, secret, bytes.subarray(0, nonceBytes), {
        authTagLength: tagBytes,
      })
        .setAAD(Buffer.from(about))
        .setAuthTag(bytes.subarray(-tagBytes));
      try {
        const text = opening.update(bytes.subarray(nonceBytes, -tagBytes));
        return Buffer.concat([text, opening.final()]).toString("utf8");
      } catch {
        // The tag does not fit: another key, or it was changed.
        return undefined;
      }
    },
  };
}

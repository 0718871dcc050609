import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from "node:crypto";
import type { KeptSession, SessionRow } from "@hub/core/storage";

const cipher = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;
/** What sealing adds. */
export const sealBytes = nonceBytes + tagBytes;

/** What a session is found by in the store. Its id, which has 144 random bits, cannot be found out from it. */
export function keyOfSession(id: string): string {
  return createHash("sha256").update(`mcp-hub session ${id}`).digest("base64url");
}

/** Closes `text` so that only who knows the session's id can read it, or make another that passes for it. */
export function sealRow(
  id: string,
  about: Omit<KeptSession, "key" | "bytes">,
  text: string,
): SessionRow {
  const row = { key: keyOfSession(id), peer: about.peer, isUsed: about.isUsed };
  const nonce = randomBytes(nonceBytes);
  const sealing = createCipheriv(cipher, secretOf(id), nonce).setAAD(openPart(row));
  const sealed = Buffer.concat([nonce, sealing.update(text, "utf8"), sealing.final()]);
  return { ...row, sealed: Buffer.concat([sealed, sealing.getAuthTag()]).toString("base64") };
}

/** What was sealed; undefined when the row is not one that was sealed under this id. */
export function openRow(id: string, row: SessionRow): string | undefined {
  const bytes = Buffer.from(row.sealed, "base64");
  if (bytes.length < sealBytes) return undefined;
  const opening = createDecipheriv(cipher, secretOf(id), bytes.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
    .setAAD(openPart(row))
    .setAuthTag(bytes.subarray(-tagBytes));
  try {
    const text = opening.update(bytes.subarray(nonceBytes, -tagBytes));
    return Buffer.concat([text, opening.final()]).toString("utf8");
  } catch {
    // The tag does not fit: the disk, or somebody else, has changed it.
    return undefined;
  }
}

/** What stands beside it is not hidden, but cannot be changed either. */
function openPart({ key, peer, isUsed }: Omit<SessionRow, "sealed">): Buffer {
  return Buffer.from(JSON.stringify([key, peer, isUsed]));
}

function secretOf(id: string): Uint8Array {
  return new Uint8Array(hkdfSync("sha256", id, "", "mcp-hub session row", 32));
}

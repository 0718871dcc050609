import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const cipher = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;

/** Closes texts with a key, and opens them. */
export type Sealing = {
  /** Closes a text; `about` is not hidden, but cannot be changed either. */
  seal(about: string, text: string): string;
  /** What was sealed; undefined when it was not sealed with this key, or for something else. */
  open(about: string, sealed: string): string | undefined;
};

/** With a key of 32 bytes, which must serve no other purpose. */
export function sealingWith(key: Buffer): Sealing {
  return {
    seal(about, text) {
      const nonce = randomBytes(nonceBytes);
      const sealing = createCipheriv(cipher, key, nonce).setAAD(Buffer.from(about));
      const sealed = [nonce, sealing.update(text, "utf8"), sealing.final(), sealing.getAuthTag()];
      return Buffer.concat(sealed).toString("base64");
    },
    open(about, sealed) {
      const bytes = Buffer.from(sealed, "base64");
      if (bytes.length < nonceBytes + tagBytes) return undefined;
      const opening = createDecipheriv(cipher, key, bytes.subarray(0, nonceBytes), {
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

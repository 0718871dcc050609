import { createHash } from "node:crypto";

/** The digest of a text in UTF-8, as hexadecimal. */
export const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

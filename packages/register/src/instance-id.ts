import { createHash } from "node:crypto";

/** The same name at the same endpoint is the same instance, also after a restart. */
export function instanceIdFor(name: string, endpoint: string): string {
  return createHash("sha256").update(`${name}\n${endpoint}`).digest("hex").slice(0, 16);
}

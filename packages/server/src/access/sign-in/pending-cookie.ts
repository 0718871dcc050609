import { z } from "zod";
import type { Pending } from "./code-flow.js";

const pendingSchema = z.strictObject({
  state: z.string().min(1),
  nonce: z.string().min(1),
  verifier: z.string().min(43),
  to: z.string(),
});

/** How long somebody has to sign in at the issuer. */
export const pendingLastsMs = 600_000;

/** A sign-in that is under way, as a cookie of the browser that began it. */
export const pendingToCookie = (pending: Pending): string =>
  Buffer.from(JSON.stringify(pending)).toString("base64url");

/** Undefined for what is no such cookie. */
export function pendingFromCookie(value: string | undefined): Pending | undefined {
  if (value === undefined) return undefined;
  try {
    const text = Buffer.from(value, "base64url").toString("utf8");
    return pendingSchema.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

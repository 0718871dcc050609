import { proofHeader } from "@hub/api";
import type { Context } from "hono";
import type { AppEnv } from "./hono.js";

/** The secret that was sent as proof. */
export function proofOf(context: Context<AppEnv>): string | undefined {
  const sent = context.req.header(proofHeader)?.trim();
  if (sent === undefined || sent === "") return undefined;
  // Node reads the bytes of a header as Latin-1.
  const isWide = /[\u0080-\u00ff]/.test(sent);
  return isWide ? Buffer.from(sent, "latin1").toString("utf8") : sent;
}

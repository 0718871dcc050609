import type { Context } from "hono";
import { z } from "zod";
import type { AppEnv } from "./context.js";

/** Carries a lease id or a service key as proof of ownership. `Authorization` is for who is asking. */
const proofHeader = "Mcp-Hub-Proof";

export const proofHeaders = z.object({
  [proofHeader]: z
    .string()
    .optional()
    .describe(
      "Proof that the server is yours: its lease id or its service key (beyond ASCII: its UTF-8 bytes).",
    ),
});

/** The secret that was sent as proof. */
export function proofOf(context: Context<AppEnv>): string | undefined {
  const sent = context.req.header(proofHeader)?.trim();
  if (sent === undefined || sent === "") return undefined;
  // Node reads the bytes of a header as Latin-1.
  const isWide = /[\u0080-\u00ff]/.test(sent);
  return isWide ? Buffer.from(sent, "latin1").toString("utf8") : sent;
}

import { HubError } from "@hub/core";
import { z } from "zod";

/** The header of a change to one `what`. */
export function ifMatchHeaders(what: string) {
  return z.object({
    "if-match": z
      .string()
      .optional()
      .describe(
        `The ETag that you have read. If somebody has changed the ${what} since, the request fails and their change stays.`,
      ),
  });
}

/**
 * Keeps a change from undoing what somebody else did since its sender looked. Throws PRECONDITION_FAILED;
 * `subject` goes on after "The".
 */
export function requireMatch(ifMatch: string | undefined, etag: string, subject: string): void {
  const wanted = ifMatch?.split(",").map((one) => one.trim());
  if (wanted === undefined || wanted.includes("*") || wanted.includes(etag)) return;
  throw new HubError(
    "PRECONDITION_FAILED",
    `Somebody has changed the ${subject} since you read it; its ETag is now ${etag}. Read it again before you change it.`,
  );
}

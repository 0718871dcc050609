import { HubError } from "@hub/core";

/**
 * Refuses a change that would overwrite a change by somebody else since the sender read the state. Throws
 * PRECONDITION_FAILED; `subject` continues a sentence after "the".
 */
export function requireMatch(ifMatch: string | undefined, etag: string, subject: string): void {
  const wanted = ifMatch?.split(",").map((one) => one.trim());
  if (wanted === undefined || wanted.includes("*") || wanted.includes(etag)) return;
  throw new HubError(
    "PRECONDITION_FAILED",
    `Somebody has changed the ${subject} since you read it; its ETag is now ${etag}. Read it again before you change it.`,
  );
}

import { HubError } from "@hub/core";
import type { z } from "zod";

/** A place in a list, as text that a client hands back. It must be short whatever servers and clients sent. */
export function writeCursor(place: unknown): string {
  return Buffer.from(JSON.stringify(place)).toString("base64url");
}

/** Throws INVALID_REQUEST for what `writeCursor` did not write for this list. */
export function readCursor<Schema extends z.ZodType>(
  text: string,
  schema: Schema,
): z.output<Schema> {
  try {
    return schema.parse(JSON.parse(Buffer.from(text, "base64url").toString("utf8")));
  } catch {
    throw new HubError(
      "INVALID_REQUEST",
      "The cursor is not one that the hub gave out for this list. Begin again without it.",
    );
  }
}

import { z } from "zod";

/** Parts that several topics share. */

/** RFC 3339 in UTC. */
export const instant = z.iso.datetime();

/** In characters. A client hands it back in the head of a request, which has to hold other things too. */
export const longestCursor = 2_000;

/** The member of every list that may not fit into one answer. */
export const nextCursor = z.string().optional();

/** How many items a page holds, as a query says it. */
export const pageSize = (most: number) => z.coerce.number().int().min(1).max(most);

/** Where a page begins, as a query says it. */
export const pageCursor = z
  .string()
  .max(longestCursor)
  .optional()
  .describe("`nextCursor` of the page before.");

/** The parameter of every list and search of servers, and of what they offer. */
export const hiddenQuery = z
  .enum(["true", "false"])
  .optional()
  .describe("`true`: include what an operator hid. Default: false.");

/** A cursor that is the number of an event. */
export const seqCursor = z
  .string()
  .regex(/^\d{1,15}$/, "must be a `nextCursor` of the page before")
  .optional();

/** The path of what belongs to one server. */
export const serverParams = z.object({
  id: z.string().describe("The id of a server, as in GET /servers."),
});

/** All or a part of a tool, resource or prompt as its server described it; nothing of it is the hub's. */
export const definitionSchema = z
  .record(z.string(), z.unknown())
  .describe("Exactly as the server described it.");

/** The whole of one: the hub keeps none without the member that identifies it. */
export const wholeDefinition = <Key extends "name" | "uri" | "uriTemplate">(key: Key) =>
  z
    .looseObject({ [key]: z.string() } as Record<Key, z.ZodString>) // its one key
    .describe("Exactly as the server described it.");

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

/** Carries a lease id or a service key as proof of ownership. `Authorization` is for who is asking. */
export const proofHeader = "Mcp-Hub-Proof";

export const proofHeaders = z.object({
  [proofHeader]: z
    .string()
    .optional()
    .describe(
      "Proof that the server is yours: its lease id or its service key (beyond ASCII: its UTF-8 bytes).",
    ),
});

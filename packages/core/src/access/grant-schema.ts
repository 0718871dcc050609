import { z } from "zod";
import { atMost, expected, fieldsError, text } from "../fields.js";
import { tagSchema } from "../profile.js";
import { nameSchema } from "../registration.js";
import { actions, type Grant } from "./principal.js";

const mostGrants = 50;
const mostPatterns = 100;

/** A list that narrows a grant. An empty one would allow nothing, which nobody means. */
function narrowing<Item extends z.ZodType<string>>(item: Item, what: string) {
  return z
    .array(item, { error: expected(`a list of ${what}`) })
    .min(1, `must name at least one of the ${what}, or be left out to narrow nothing`)
    .max(mostPatterns, atMost(mostPatterns, what));
}

const pattern = (longest: number) =>
  text().min(1, "must not be empty").max(longest, atMost(longest, "characters"));

/** One thing that somebody may do, as people write it. */
export const grantSchema = z.strictObject(
  {
    action: z.enum(actions, { error: expected(actions.join(", ")) }),
    servers: narrowing(pattern(100), "patterns of server ids")
      .optional()
      .describe("Patterns of ids of servers; `*` stands for any characters. Default: all."),
    tags: narrowing(tagSchema, "tags")
      .optional()
      .describe("A server must have one of them. Default: any."),
    tools: narrowing(pattern(256), "patterns of tool names")
      .optional()
      .describe(
        "Patterns of names of tools, as their server has them. With them, no prompt and no resource may be used. Default: all.",
      ),
    mostServers: z
      .int({ error: expected("a whole number") })
      .min(1, "must be at least 1")
      .max(1_000_000, "must be at most 1000000")
      .optional()
      .describe(
        "How many names may be registered with it. Default: as many as the hub gives each.",
      ),
  },
  { error: fieldsError("a grant", "action, servers, tags, tools, mostServers") },
);

/** What somebody may do, as people write it. */
export const grantsSchema = z
  .array(grantSchema, { error: expected("a list of grants") })
  .min(1, "must hold at least one grant")
  .max(mostGrants, atMost(mostGrants, "grants"));

const expiresAt = z.iso.datetime({
  offset: true,
  error: expected("a time such as 2027-01-31T12:00:00Z"),
});

/** What is asked of a new token. */
export const tokenSchema = z.strictObject(
  {
    name: nameSchema.describe("What people know it by, 1-200 characters."),
    grants: grantsSchema.describe("What it may do."),
    expiresAt: expiresAt.optional().describe("When it ends. Default: never."),
  },
  { error: fieldsError("a token", "name, grants, expiresAt") },
);

/** A token that is asked for. */
export type TokenInput = {
  readonly name: string;
  readonly grants: readonly Grant[];
  /** RFC 3339. Default: never. */
  readonly expiresAt?: string | undefined;
};

/** The tokens in a file, as an operator writes them. */
export const tokensFileSchema = z
  .array(
    z.strictObject(
      {
        id: text().regex(/^[A-Za-z0-9]{1,32}$/, "must be 1-32 letters and digits"),
        name: nameSchema,
        sha256: text()
          .regex(
            /^[0-9a-f]{64}$/i,
            "must be the SHA-256 of the whole token, as 64 hexadecimal characters",
          )
          .toLowerCase(),
        grants: grantsSchema,
        expiresAt: expiresAt.optional(),
      },
      { error: fieldsError("a token in the file", "id, name, sha256, grants, expiresAt") },
    ),
    { error: expected("a list of tokens") },
  )
  .superRefine((tokens, context) => {
    const ids = new Set<string>();
    for (const [index, { id }] of tokens.entries()) {
      if (ids.has(id))
        context.addIssue({ code: "custom", path: [index, "id"], message: "must not come twice" });
      ids.add(id);
    }
  });

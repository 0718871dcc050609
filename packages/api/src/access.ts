import { actions, tokenSchema } from "@hub/core/access";
import { z } from "zod";
import { instant } from "./fields.js";
import { defineRoute } from "./route.js";

const grantViewSchema = z
  .object({
    action: z.enum(actions).describe("`call` includes `read`, and `admin` everything."),
    servers: z.array(z.string()).optional().describe("Patterns of ids. Absent: all."),
    tags: z.array(z.string()).optional().describe("A server must have one of them. Absent: any."),
    tools: z.array(z.string()).optional().describe("Patterns of names. Absent: all."),
    mostServers: z
      .number()
      .int()
      .optional()
      .describe("How many names may be registered with it. Absent: as many as the hub gives each."),
  })
  .meta({ id: "Grant" });

const grants = z.array(grantViewSchema).describe("What it may do.");

const whoSchema = z
  .object({
    kind: z.enum(["anonymous", "token", "person", "workload"]),
    id: z.string().describe("The same for as long as it is the same asker."),
    name: z.string().optional(),
    grants,
    expiresAt: instant.optional().describe("When what you sent ends."),
    isOpen: z
      .boolean()
      .describe("The hub has neither tokens nor an issuer: everybody who reaches it may do all."),
  })
  .meta({ id: "WhoAmI" });

const tokenViewSchema = z
  .object({
    id: z.string().describe("The part of the token after `mh_`; nothing secret."),
    name: z.string(),
    grants,
    source: z
      .enum(["store", "file"])
      .describe("`file`: it is in MCP_HUB_TOKENS_FILE, and only there it can be changed."),
    createdAt: instant.optional().describe("Absent for one in the file."),
    createdBy: z.string().optional().describe("The id of who made it."),
    expiresAt: instant.optional().describe("Absent: it does not expire."),
    isExpired: z.boolean(),
    lastUsedAt: instant.optional().describe("Since the hub started."),
  })
  .meta({ id: "Token" });

const madeTokenSchema = tokenViewSchema
  .extend({
    token: z
      .string()
      .describe("What its holder sends. This answer is the only one that ever has it."),
    notice: z
      .string()
      .optional()
      .describe(
        "With the first token: what the hub refuses from now on. Else, which other tokens have the same name.",
      ),
  })
  .meta({ id: "MadeToken" });

export const whoAmI = defineRoute({
  method: "get",
  path: "/whoami",
  tag: "Access",
  access: "public",
  summary: "Who you are to the hub, and what you may do",
  answers: {
    200: {
      description: "Who is asking. A token that is not valid is refused, here as everywhere.",
      content: { "application/json": whoSchema },
    },
  },
});

export const listTokens = defineRoute({
  method: "get",
  path: "/tokens",
  tag: "Access",
  access: "admin",
  summary: "List the tokens",
  answers: {
    200: {
      description: "Every token that the hub accepts or that has expired, without its secret.",
      content: { "application/json": z.object({ tokens: z.array(tokenViewSchema) }) },
    },
  },
});

export const createToken = defineRoute({
  method: "post",
  path: "/tokens",
  tag: "Access",
  access: "admin",
  summary: "Make a token",
  description:
    "The first one must have the grant `admin`, and switches access on: from then on the hub refuses whoever sends no token.",
  body: { "application/json": tokenSchema },
  answers: {
    201: {
      description: "The token, which is shown this once.",
      content: { "application/json": madeTokenSchema },
    },
  },
  errors: [
    "INVALID_REQUEST",
    "UNSUPPORTED_MEDIA_TYPE",
    "BODY_TOO_LARGE",
    "REGISTRY_FULL",
    "STORE_UNAVAILABLE",
  ],
});

export const revokeToken = defineRoute({
  method: "delete",
  path: "/tokens/{id}",
  tag: "Access",
  access: "admin",
  summary: "Revoke a token",
  description:
    "It is refused at once, and what its holder has open ends within a second. The last token that may administer the hub stays.",
  params: z.object({ id: z.string().describe("As in GET /tokens.") }),
  answers: { 204: { description: "It is revoked." } },
  errors: ["INVALID_REQUEST", "TOKEN_NOT_FOUND", "STORE_UNAVAILABLE"],
});

export type { TokenInput } from "@hub/core/access";
export type WhoAmI = z.output<typeof whoSchema>;
export type TokenView = z.output<typeof tokenViewSchema>;
export type TokenList = { readonly tokens: readonly TokenView[] };
export type MadeTokenView = z.output<typeof madeTokenSchema>;

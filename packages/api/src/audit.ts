import { auditActions, auditOutcomes } from "@hub/core/storage";
import { z } from "zod";
import { actorSchema } from "./admission-state.js";
import { instant, nextCursor, pageSize, seqCursor } from "./fields.js";
import { defineRoute, type Unchanging } from "./route.js";

const changed = z.record(z.string(), z.unknown()).optional();

const auditLineSchema = z
  .object({
    seq: z.number().describe("Its number in the audit."),
    at: instant,
    who: actorSchema,
    from: z.string().optional().describe("The address that it was asked from."),
    action: z.enum(auditActions),
    outcome: z
      .enum(auditOutcomes)
      .describe("`done`, `refused` or `failed`; of a call, what came of it."),
    server: z.string().optional().describe("The id of the server that it was done to."),
    subject: z
      .string()
      .optional()
      .describe("What else it was done to: an instance, tool, toolset, token, file or route."),
    method: z.string().optional().describe("Of a call: the MCP method."),
    code: z.string().optional().describe("The code of the error with which it was refused."),
    before: changed.describe("What it changed, as it was."),
    after: changed.describe("What it changed, as it is."),
    count: z.number().optional().describe("How often the same happened since the line before."),
    durationMs: z.number().optional(),
    arguments: z
      .string()
      .optional()
      .describe("Of a call, as JSON, where `MCP_HUB_AUDIT_ARGUMENTS` is on. It may be cut."),
  })
  .meta({ id: "AuditLine" });

const auditListSchema = z.object({ lines: z.array(auditLineSchema), nextCursor });

export const listAudit = defineRoute({
  method: "get",
  path: "/audit",
  tag: "Operations",
  access: "admin",
  summary: "Who did what to what, from where, and what came of it",
  description:
    "The newest first. As `application/json`: in pages. As `application/x-ndjson`, which `format=ndjson` asks for too: one line of JSON for each line of the audit, all of them or `limit`.",
  query: z.strictObject({
    who: z.string().max(500).optional().describe("The id or the name of who did it."),
    action: z.array(z.enum(auditActions)).optional().describe("Only these actions."),
    outcome: z.array(z.enum(auditOutcomes)).optional().describe("Only what came to this."),
    server: z.string().max(100).optional().describe("Only what was done to this server."),
    subject: z
      .string()
      .max(500)
      .optional()
      .describe("Only what has this `subject`: an instance, tool, toolset, token, file or route."),
    since: instant.optional().describe("Not before this instant."),
    until: instant.optional().describe("Before this instant."),
    limit: pageSize(1_000).optional().describe("Lines in one page. Default: 100."),
    cursor: seqCursor,
    format: z
      .enum(["json", "ndjson"])
      .optional()
      .describe("For links, which cannot send `Accept`. Default: what `Accept` says."),
  }),
  repeatable: ["action", "outcome"],
  answers: {
    200: {
      description: "The lines.",
      content: { "application/json": auditListSchema, "application/x-ndjson": z.string() },
    },
  },
  errors: ["INVALID_REQUEST"],
});

/** One line of the audit. */
export type AuditLine = Unchanging<z.output<typeof auditLineSchema>>;
export type AuditList = Unchanging<z.output<typeof auditListSchema>>;

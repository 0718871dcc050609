import { z } from "zod";
import { ifMatchHeaders, serverParams } from "./fields.js";
import { defineRoute, type Unchanging } from "./route.js";
import { serverDetailSchema } from "./server.js";

const admissionRulesSchema = z
  .object({
    mode: z
      .enum(["open", "ask"])
      .describe(
        "`ask`: a name waits until an admin, the right of its registrant or a rule lets it in. `open`: every name is let in that nobody refused, whatever the rules.",
      ),
    rules: z.array(
      z.object({
        id: z
          .string()
          .describe(
            "The pattern of ids that it lets in, whoever registers them; as in `admission.by.id`.",
          ),
        setting: z.enum(["MCP_HUB_ADMIT"]).describe("Where it is written, and only there changed."),
        servers: z.array(z.string()).describe("The ids of the servers that it let in."),
      }),
    ),
  })
  .meta({ id: "AdmissionRules" });

export const listAdmissionRules = defineRoute({
  method: "get",
  path: "/admission/rules",
  tag: "Catalogue",
  access: "admin",
  summary: "Which servers are let in without an admin",
  description:
    "The rules are settings of the hub: it reads them when it starts. Who registers by a grant that names servers lets in its own besides; GET /tokens has those grants.",
  answers: {
    200: {
      description: "The rules, in the order in which they are tried.",
      content: { "application/json": admissionRulesSchema },
    },
  },
});

const judging = {
  method: "post",
  tag: "Catalogue",
  access: "admin",
  params: serverParams,
  headers: ifMatchHeaders("server"),
  answers: {
    200: {
      description: "The server as it is now.",
      content: { "application/json": serverDetailSchema },
    },
  },
} as const;

const errors = [
  "SERVER_NOT_FOUND",
  "PRECONDITION_FAILED",
  "REVISION_CONFLICT",
  "STORE_UNAVAILABLE",
] as const;

export const admitServer = defineRoute({
  ...judging,
  path: "/servers/{id}/admit",
  summary: "Let a server in that waits, or that was refused",
  description:
    "From then on everybody sees it who may. It holds for who registered the name and for the hosts it is at: if somebody else registers it, or at another host, it waits again. With `If-Match` you let in what you have read, and nothing that registered since.",
  errors: [...errors],
});

export const refuseServer = defineRoute({
  ...judging,
  path: "/servers/{id}/refuse",
  summary: "Refuse a server",
  description:
    "Its instances go, and every registration under its name is answered with `ADMISSION_REFUSED` until somebody lets the name in again or removes it.",
  body: {
    "application/json": z.strictObject({
      reason: z
        .string("must be text")
        .trim()
        .min(1, "must not be empty")
        .max(500, "must be at most 500 characters")
        .optional()
        .describe("Why. Whoever registers under the name is told."),
    }),
  },
  isBodyOptional: true,
  errors: ["INVALID_REQUEST", "UNSUPPORTED_MEDIA_TYPE", "BODY_TOO_LARGE", ...errors],
});

/** What lets servers in without an admin. */
export type AdmissionRulesView = Unchanging<z.output<typeof admissionRulesSchema>>;

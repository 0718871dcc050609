import { z } from "zod";
import { ifMatchHeaders, serverParams } from "./fields.js";
import { defineRoute } from "./route.js";
import { serverDetailSchema } from "./server.js";

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

import { z } from "zod";
import { instant } from "./fields.js";
import { defineRoute } from "./route.js";

const ways = z
  .array(z.enum(["token", "issuer"]))
  .describe(
    "How people sign in here: by POST /session with a token, and by opening /session/issuer. Empty on an open hub.",
  );

const sessionSchema = z
  .object({
    isSignedIn: z.boolean(),
    expiresAt: instant.optional().describe("When the session ends at the latest."),
    ways,
    issuer: z.string().optional().describe("Who signs people in at /session/issuer."),
  })
  .meta({ id: "Session" });

export const getSession = defineRoute({
  method: "get",
  path: "/session",
  tag: "Access",
  access: "public",
  summary: "Whether somebody is signed in at this browser, and how to sign in",
  answers: {
    200: {
      description: "The session of the cookie. GET /whoami says who that is.",
      content: { "application/json": sessionSchema },
    },
  },
});

export const openSession = defineRoute({
  method: "post",
  path: "/session",
  tag: "Access",
  access: "public",
  summary: "Sign in with a token",
  description:
    "Sets a cookie that scripts cannot read. It allows what the token allows, from the hub's own page only, and ends with the token.",
  body: {
    "application/json": z.strictObject({
      token: z.string().min(1).max(16_384).describe("As in `Authorization: Bearer <token>`."),
    }),
  },
  answers: {
    200: { description: "Signed in.", content: { "application/json": sessionSchema } },
  },
  errors: ["INVALID_REQUEST", "UNSUPPORTED_MEDIA_TYPE", "BODY_TOO_LARGE", "STORE_UNAVAILABLE"],
});

export const endSession = defineRoute({
  method: "delete",
  path: "/session",
  tag: "Access",
  access: "public",
  summary: "Sign out",
  description: "Ends the session, also for later runs of the hub, and all that was opened with it.",
  answers: { 204: { description: "Nobody is signed in at this browser now." } },
  errors: ["STORE_UNAVAILABLE"],
});

export type SessionView = z.output<typeof sessionSchema>;

import { type HubErrorCode, transports } from "@hub/core";
import { z } from "zod";
import { judgeSchema } from "./admission-state.js";
import { instant } from "./fields.js";

/** Status and title of each error. A new code does not compile until it has both. */
export const problems = {
  INVALID_REQUEST: [400, "The request is not valid"],
  UNSUPPORTED_MEDIA_TYPE: [415, "The hub cannot read this type of body"],
  BODY_TOO_LARGE: [413, "The body is too large"],
  ENDPOINT_REFUSED: [422, "The hub may not connect to this endpoint"],
  HOST_REFUSED: [403, "The Host header is not allowed"],
  ORIGIN_REFUSED: [403, "Requests from this origin are not allowed"],
  PROXY_NOT_TRUSTED: [403, "A proxy that the hub does not trust forwarded the request"],
  NO_PAGE_HERE: [403, "There is no page at this path"],
  UNAUTHENTICATED: [401, "The hub does not know who is asking"],
  INSUFFICIENT_SCOPE: [403, "This needs more rights"],
  NOT_OWNER: [403, "Only the owner may do this"],
  ADMISSION_REFUSED: [403, "The name was refused"],
  ROUTE_NOT_FOUND: [404, "There is nothing at this path"],
  METHOD_NOT_ALLOWED: [405, "This path does not support the method"],
  SERVER_NOT_FOUND: [404, "There is no such server"],
  LEASE_UNKNOWN: [404, "There is no such lease"],
  NAME_TAKEN: [409, "The name is taken"],
  REVISION_CONFLICT: [409, "Somebody else changed it first"],
  TOOLSET_NOT_FOUND: [404, "There is no such toolset"],
  TOOLSET_TAKEN: [409, "The toolset exists already"],
  TOKEN_NOT_FOUND: [404, "There is no such token"],
  PRECONDITION_FAILED: [412, "It has changed since it was read"],
  TOO_MANY_REQUESTS: [429, "Too many requests"],
  TOO_MANY_CONNECTIONS: [429, "Too many connections"],
  TOO_MANY_STREAMS: [429, "Too many streams"],
  TOO_MANY_SERVERS: [429, "You have registered too many servers"],
  REGISTRY_FULL: [507, "The hub is full"],
  STORE_UNAVAILABLE: [503, "The store cannot write"],
  ISSUER_UNAVAILABLE: [503, "The issuer of the token cannot be reached"],
  STARTING: [503, "The hub is starting"],
  SHUTTING_DOWN: [503, "The hub is stopping"],
  INTERNAL: [500, "The hub failed"],
} as const satisfies Record<HubErrorCode, readonly [status: number, title: string]>;

/** What any request may be answered, whatever its route: the hub has judged it before the route does. */
export const errorsOfEveryRoute = [
  "HOST_REFUSED",
  "ORIGIN_REFUSED",
  "PROXY_NOT_TRUSTED",
  "NO_PAGE_HERE",
  "UNAUTHENTICATED",
  "INSUFFICIENT_SCOPE",
  "ISSUER_UNAVAILABLE",
  // It came from this hub, which has dialled itself by a detour.
  "ENDPOINT_REFUSED",
  "ROUTE_NOT_FOUND",
  "METHOD_NOT_ALLOWED",
  "TOO_MANY_REQUESTS",
  "TOO_MANY_CONNECTIONS",
  "SHUTTING_DOWN",
  "INTERNAL",
] as const satisfies readonly HubErrorCode[];

export const problemSchema = z
  .object({
    type: z.string().describe("A stable URI of the kind of problem."),
    title: z.string(),
    status: z.number(),
    code: z.string(),
    detail: z.string().describe("What happened and what to do."),
    instance: z
      .string()
      .describe(
        "Identifies this occurrence. The hub's log has it too, if the failure was the hub's own.",
      ),
    errors: z.array(z.object({ pointer: z.string(), detail: z.string() })).optional(),
    holder: z
      .union([
        z.object({
          serverId: z.string(),
          name: z.string(),
          id: z.string().describe("Of its instance."),
          endpoint: z.string(),
          transport: z.enum(transports),
        }),
        z.object({ id: z.string(), name: z.string() }),
      ])
      .optional()
      .describe("Who has the name: a server with NAME_TAKEN, a toolset with TOOLSET_TAKEN."),
    refused: z
      .object({ by: judgeSchema, at: instant, reason: z.string().optional() })
      .optional()
      .describe("With ADMISSION_REFUSED: who refused the name, and when."),
    credential: z
      .enum(["missing", "invalid"])
      .optional()
      .describe("With UNAUTHENTICATED: nothing said who is asking, or what said it is not valid."),
    scope: z
      .string()
      .optional()
      .describe("What is missing with INSUFFICIENT_SCOPE, as OAuth scopes: `hub:register`."),
    retryAfterMs: z.number().optional().describe("How long to wait before you try again."),
  })
  .meta({ id: "Problem" });

export type ProblemDocument = z.output<typeof problemSchema>;

import { editSchema } from "@hub/core";
import { admissionStates } from "@hub/core/access";
import { z } from "zod";
import {
  hiddenQuery,
  ifMatchHeaders,
  pageCursor,
  pageSize,
  proofHeaders,
  serverParams,
} from "./fields.js";
import { defineRoute } from "./route.js";
import { serverDetailSchema, serverListSchema, serverStatusSchema } from "./server.js";

export const listServers = defineRoute({
  method: "get",
  path: "/servers",
  tag: "Catalogue",
  access: "read",
  summary: "Which servers exist",
  description:
    "Without parameters: all of them, or as many as one answer holds, with a `nextCursor`. Answered from memory; heartbeats do not change the ETag.",
  query: z.strictObject({
    q: z
      .string()
      .max(200)
      .optional()
      .describe(
        "Words that must all occur in the name, description, tags, owner, endpoint or tool names.",
      ),
    tag: z.array(z.string()).optional().describe("Servers that have all of these tags."),
    status: z.array(serverStatusSchema).optional().describe("Servers in one of these states."),
    hidden: hiddenQuery,
    admission: z
      .array(z.enum(admissionStates))
      .optional()
      .describe(
        "Servers that were let in, that wait, or that were refused. Only admins see the last two. Default: `admitted`.",
      ),
    limit: pageSize(1_000).optional().describe("Servers in one page. Default: all."),
    cursor: pageCursor.describe(
      "`nextCursor` of the page before. It includes the filters, unless they are very long: then send them again.",
    ),
  }),
  repeatable: ["tag", "status", "admission"],
  answers: {
    200: {
      description: "The servers, ordered by id.",
      content: { "application/json": serverListSchema },
    },
    304: { description: "Nothing has changed since the ETag in If-None-Match." },
  },
  errors: ["INVALID_REQUEST"],
});

export const getServer = defineRoute({
  method: "get",
  path: "/servers/{id}",
  tag: "Catalogue",
  access: "read",
  summary: "One server with its instances, their last probe, and warnings",
  params: serverParams,
  answers: {
    200: { description: "The server.", content: { "application/json": serverDetailSchema } },
  },
  errors: ["SERVER_NOT_FOUND"],
});

export const editServer = defineRoute({
  method: "patch",
  path: "/servers/{id}",
  tag: "Catalogue",
  access: "admin",
  summary: "Edit what the hub shows of a server",
  description:
    "Your edits replace what the server says about itself. They stay when the server registers again and when the hub restarts. A field that you leave out stays as it was; `null` removes the edit. The edits are deleted when the server is removed or forgotten.",
  params: serverParams,
  headers: ifMatchHeaders("server"),
  body: { "application/json": editSchema },
  answers: {
    200: {
      description: "The server as it is now; its ETag is for the next change.",
      content: { "application/json": serverDetailSchema },
    },
  },
  errors: [
    "INVALID_REQUEST",
    "UNSUPPORTED_MEDIA_TYPE",
    "BODY_TOO_LARGE",
    "SERVER_NOT_FOUND",
    "PRECONDITION_FAILED",
    "REVISION_CONFLICT",
    "STORE_UNAVAILABLE",
  ],
});

export const removeServer = defineRoute({
  method: "delete",
  path: "/servers/{id}",
  tag: "Catalogue",
  access: "register",
  summary: "Remove a server and its history",
  description:
    "To remove a server that is alive, send proof of ownership in `Mcp-Hub-Proof`: its lease id or service key. A lease is no proof if the hub granted it without proof at the endpoint of a server that may have been alive. Until the next minor version, the hub also accepts the proof as a bearer token. With `force=true`, an operator removes the server and its edits without proof. If the server still runs, its helper registers it again within one heartbeat interval.",
  params: serverParams,
  query: z.strictObject({
    force: z
      .enum(["true", "false"])
      .optional()
      .describe("`true`: remove the server without proof, as an operator. Default: false."),
  }),
  headers: proofHeaders,
  answers: { 204: { description: "The server is removed." } },
  errors: [
    "INVALID_REQUEST",
    "SERVER_NOT_FOUND",
    "NOT_OWNER",
    "REVISION_CONFLICT",
    "STORE_UNAVAILABLE",
  ],
});

export const probeServer = defineRoute({
  method: "post",
  path: "/servers/{id}/probe",
  tag: "Diagnosis",
  access: "call",
  summary: "Probe all instances of a server now",
  params: serverParams,
  answers: {
    200: {
      description: "The server after the probe.",
      content: { "application/json": serverDetailSchema },
    },
  },
  errors: ["SERVER_NOT_FOUND"],
});

export type ServersQuery = z.output<typeof listServers.query>;

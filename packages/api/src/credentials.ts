import { confirmationSchema, credentialKinds, credentialSchema } from "@hub/core/upstream";
import { z } from "zod";
import { instant, serverParams } from "./fields.js";
import { defineRoute } from "./route.js";

/** What the hub shows of a credential. */
export const credentialViewSchema = z
  .object({
    name: z.string().describe("Of the header that it is sent in."),
    kind: z.enum(credentialKinds),
    origins: z.array(z.string()).describe("Where it may be sent."),
    setAt: instant,
    setBy: z.string().describe("Who gave it to the hub."),
    tokenEndpoint: z
      .string()
      .optional()
      .describe("Of an OAuth client: where the hub gets its tokens."),
    state: z
      .enum(["sent", "moved", "unreadable", "no-token"])
      .describe(
        "`sent`: it goes to the server with each request. `moved`: the server is at another origin than it was given for, and nobody confirmed that. `unreadable`: it was sealed with another key than the hub has. `no-token`: the issuer gave the hub none.",
      ),
  })
  .meta({ id: "Credential" });

const credentialListSchema = z
  .object({
    origins: z.array(z.string()).describe("Where the server is now."),
    credentials: z.array(credentialViewSchema).describe("Ordered by name. Never with a value."),
    problem: z
      .object({ cause: z.string(), fix: z.string() })
      .optional()
      .describe("Why the hub does not send one of them, and what to do."),
  })
  .meta({ id: "CredentialList" });

const listed = (description: string) => ({
  description,
  content: { "application/json": credentialListSchema },
});

const unreadable = ["INVALID_REQUEST", "UNSUPPORTED_MEDIA_TYPE", "BODY_TOO_LARGE"] as const;

export const listCredentials = defineRoute({
  method: "get",
  path: "/servers/{id}/credentials",
  tag: "Credentials",
  access: "admin",
  summary: "What the hub proves itself with to a server",
  description: "Names, kinds, origins, and who set them when. No answer of the hub holds a value.",
  params: serverParams,
  answers: { 200: listed("The credentials.") },
  errors: ["SERVER_NOT_FOUND"],
});

export const setCredential = defineRoute({
  method: "put",
  path: "/servers/{id}/credentials",
  tag: "Credentials",
  access: "admin",
  summary: "Give the hub a credential for a server",
  description:
    "It takes the place of the one in the same header; others stay. The hub seals it with its key, sends it with every request to the server, to no other origin than `origins`, and probes the server at once.",
  params: serverParams,
  body: { "application/json": credentialSchema },
  answers: { 200: listed("The credentials of the server now.") },
  errors: [...unreadable, "SERVER_NOT_FOUND", "STORE_UNAVAILABLE"],
});

export const removeCredentials = defineRoute({
  method: "delete",
  path: "/servers/{id}/credentials",
  tag: "Credentials",
  access: "admin",
  summary: "Make the hub forget the credentials of a server",
  params: serverParams,
  query: z.strictObject({
    name: z
      .string()
      .max(100)
      .optional()
      .describe("Only the one in this header. Default: all of them."),
  }),
  answers: { 200: listed("The credentials that are left.") },
  errors: ["INVALID_REQUEST", "SERVER_NOT_FOUND", "STORE_UNAVAILABLE"],
});

export const confirmCredentials = defineRoute({
  method: "put",
  path: "/servers/{id}/credentials/confirm",
  tag: "Credentials",
  access: "admin",
  summary: "Let the hub send a server's credentials to where it is now",
  description:
    "The hub sends a credential only to the origins that it was given for. After the server has moved, an admin confirms where it is.",
  params: serverParams,
  body: { "application/json": confirmationSchema },
  answers: { 200: listed("The credentials of the server now.") },
  errors: [...unreadable, "SERVER_NOT_FOUND", "STORE_UNAVAILABLE"],
});

export type { CredentialInput } from "@hub/core/upstream";
export type CredentialView = z.output<typeof credentialViewSchema>;
export type CredentialList = z.output<typeof credentialListSchema>;

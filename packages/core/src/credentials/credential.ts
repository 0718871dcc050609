import { z } from "zod";
import { httpUrl } from "../endpoint.js";
import { atMost, fieldsError, shownValue, text } from "../fields.js";
import { headerNameSchema } from "./header-name.js";

/** What the hub can prove itself with to a server. */
export const credentialKinds = ["header", "oauth-client"] as const;
/** One of them. */
export type CredentialKind = (typeof credentialKinds)[number];

/** Characters in one secret. */
const longestSecret = 8_192;
const longestId = 500;
const longestUrl = 2_048;
const mostOrigins = 100;

/** Whatever came is not repeated, since it may be the secret itself. */
const secretly = (detail: string) => ({
  error: ({ input }: { readonly input?: unknown }) =>
    input === undefined ? `is missing; expected ${detail}` : `must be ${detail}`,
});

/** What can stand in a header: visible ASCII, with spaces only in between. */
const asciiLine = /^[!-~](?:[ -~]*[!-~])?$/;

function secret(longest: number) {
  const expected = `1-${longest} visible ASCII characters in one line, without spaces around them`;
  return z
    .string(secretly(expected))
    .max(longest, secretly(expected))
    .regex(asciiLine, secretly(expected));
}

function isLoopback({ hostname }: URL): boolean {
  return hostname === "localhost" || hostname === "[::1]" || /^127(\.\d+){3}$/.test(hostname);
}

const tokenEndpointSchema = text()
  .trim()
  .max(longestUrl, atMost(longestUrl, "characters"))
  .refine(
    (given) => {
      const url = httpUrl(given);
      if (url === undefined || given.includes("#") || url.username !== "" || url.password !== "")
        return false;
      return url.protocol === "https:" || isLoopback(url);
    },
    {
      error:
        "must be the https:// URL of the issuer's token endpoint (http:// on loopback only), without user name, password and fragment",
    },
  );

const resourceSchema = text()
  .trim()
  .max(longestUrl, atMost(longestUrl, "characters"))
  .refine((given) => httpUrl(given) !== undefined && !given.includes("#"), {
    error: (issue) =>
      `must be an http:// or https:// URL without a fragment, got ${shownValue(issue.input)}`,
  });

const originsSchema = z
  .array(
    text().refine((given) => httpUrl(given)?.origin === given, {
      error: (issue) =>
        `must be an origin such as https://tools.example:8443, got ${shownValue(issue.input)}`,
    }),
  )
  .min(1, "must name at least one origin")
  .max(mostOrigins, atMost(mostOrigins, "origins"))
  .transform((origins) => [...new Set(origins)]);

const boundTo = originsSchema
  .optional()
  .describe(
    "The origins that it may be sent to, of those where the server is now. Default: all of these.",
  );

const headerSchema = z.strictObject(
  {
    kind: z.literal("header"),
    name: headerNameSchema.describe("Of the header: `Authorization`, `X-Api-Key`."),
    value: secret(longestSecret).describe("The whole value: `Bearer …`. It is never shown again."),
    origins: boundTo,
  },
  { error: fieldsError("a header", "kind, name, value, origins") },
);

const oauthClientSchema = z.strictObject(
  {
    kind: z.literal("oauth-client"),
    tokenEndpoint: tokenEndpointSchema.describe(
      "Where the issuer gives out tokens. The hub asks nobody else, and looks for no other.",
    ),
    clientId: secret(longestId),
    clientSecret: secret(longestSecret).describe("It is never shown again."),
    scope: text()
      .trim()
      .max(longestId, atMost(longestId, "characters"))
      .regex(/^[!#-[\]-~]+(?: [!#-[\]-~]+)*$/, {
        error: (issue) => `must be scopes with one space between, got ${shownValue(issue.input)}`,
      })
      .optional(),
    resource: resourceSchema
      .optional()
      .describe("Whom the token is for (RFC 8707). Default: the endpoint of the server."),
    authentication: z
      .enum(["basic", "post"], { error: 'must be "basic" or "post"' })
      .default("basic")
      .describe(
        "How the client shows who it is at the token endpoint: HTTP Basic, or in the form.",
      ),
    origins: boundTo,
  },
  {
    error: fieldsError(
      "an OAuth client",
      "kind, tokenEndpoint, clientId, clientSecret, scope, resource, authentication, origins",
    ),
  },
);

/** A credential as an admin gives it to the hub, for one server. */
export const credentialSchema = z.discriminatedUnion("kind", [headerSchema, oauthClientSchema], {
  error: 'must be an object whose kind is "header" or "oauth-client"',
});

/** What an admin says of the origins that the credentials of a server may be sent to from now on. */
export const confirmationSchema = z.strictObject(
  {
    origins: originsSchema.describe("Those that you looked at, as the hub shows them."),
  },
  { error: fieldsError("a confirmation", "origins") },
);

/** The same, parsed. */
export type CredentialGiven = z.output<typeof credentialSchema>;
/** The same, as it is sent. */
export type CredentialInput = z.input<typeof credentialSchema>;

/** What is secret of a credential, and what is needed to use it. */
export type CredentialSecret =
  | { readonly kind: "header"; readonly value: string }
  | (Omit<Extract<CredentialGiven, { readonly kind: "oauth-client" }>, "origins"> & {
      /** Of the server, for which its tokens are where nothing else is said. */
      readonly endpoint: string;
    });

/** What may be shown of a credential, to admins. */
export type CredentialFacts = {
  readonly serverId: string;
  /** Of the header that it is sent in. */
  readonly name: string;
  readonly kind: CredentialKind;
  /** Where it may be sent. */
  readonly origins: readonly string[];
  /** Milliseconds since 1970. */
  readonly setAt: number;
  /** The name of who gave it, or else its id. */
  readonly setBy: string;
  /** Of an OAuth client: where its tokens come from. */
  readonly tokenEndpoint?: string;
};

/** The header that the token of an OAuth client is sent in. */
export const tokenHeader = "Authorization";

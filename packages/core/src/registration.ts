import { z } from "zod";
import { endpointSchema, httpUrl, linkSchema, transportSchema } from "./endpoint.js";
import { atMost, expected, line, metadataSchema, prose, shownValue, text } from "./fields.js";
import { nameKey } from "./names.js";
import { mixedScripts } from "./text.js";

export { endpointKey, isSameEndpoint, type Transport, transports } from "./endpoint.js";

/** For unknown fields, and for what is no object at all. */
export function fieldsError(what: string, fields: string) {
  return (issue: { readonly code?: string; readonly keys?: unknown; readonly input?: unknown }) => {
    if (issue.code !== "unrecognized_keys" || !Array.isArray(issue.keys))
      return expected(what)(issue);
    const unknown = issue.keys.slice(0, 5).map(shownValue).join(", ");
    const note = issue.keys.includes("command")
      ? " The hub starts no programs; `hub-register -- <command>` serves and registers one."
      : "";
    return `must hold no other fields than ${fields}, got ${unknown}.${note}`;
  };
}

export const nameSchema = line(200)
  .transform((name) => name.normalize("NFC").replace(/\s+/gu, " "))
  .superRefine((name, context) => {
    const scripts = mixedScripts(name);
    if (scripts !== undefined) {
      context.addIssue({
        code: "custom",
        message: `must use the letters of one script, because people cannot tell some apart, got ${scripts.join(" and ")}`,
      });
    }
    if (!/[\p{L}\p{N}]/u.test(nameKey(name))) {
      context.addIssue({
        code: "custom",
        message: `must hold a letter or a digit, got ${shownValue(name)}`,
      });
    }
  });

const iconSchema = z.strictObject(
  {
    src: text()
      .max(8_192, atMost(8_192, "characters"))
      .refine(
        (source) =>
          httpUrl(source) !== undefined ||
          /^data:image\/(png|jpeg|webp);base64,[A-Za-z0-9+/=]+$/.test(source),
        {
          error: (issue) =>
            `must be an http(s) URL or a data: URL of a PNG, JPEG or WebP image, got ${shownValue(issue.input)}`,
        },
      ),
    mimeType: line(100).optional(),
    sizes: z
      .array(line(20), { error: expected("a list of texts") })
      .max(16, atMost(16, "sizes"))
      .optional(),
    theme: z.enum(["light", "dark"], { error: expected('"light" or "dark"') }).optional(),
  },
  { error: fieldsError("an icon", "src, mimeType, sizes, theme") },
);

const leaseSchema = z.strictObject(
  {
    ttlMs: z
      .number({ error: expected("a number of milliseconds") })
      .int({ error: expected("a whole number of milliseconds") })
      .positive({ error: expected("a number above 0") })
      .optional(),
  },
  { error: fieldsError("an object such as {} or { ttlMs: 30000 }", "ttlMs") },
);

export const tagSchema = line(50).refine((tag) => !tag.includes(","), {
  error: (issue) => `must hold no comma, got ${shownValue(issue.input)}`,
});

/** What a server says of itself when it registers. */
export const registrationSchema = z.strictObject(
  {
    name: nameSchema.describe("Display name, 1-200 characters, unique in the hub."),
    transport: transportSchema.describe(
      '"streamable-http" or "sse"; the spellings http, streamableHttp and streamable_http are understood.',
    ),
    endpoint: endpointSchema.describe("The URL the server answers MCP at."),
    title: line(200).optional(),
    description: prose(5_000).optional(),
    version: line(100).optional(),
    tags: z
      .array(tagSchema, { error: expected("a list of texts") })
      .max(32, atMost(32, "tags"))
      .transform((tags) => [...new Set(tags)])
      .optional(),
    owner: line(200).optional(),
    repository: linkSchema.optional(),
    websiteUrl: linkSchema.optional(),
    icons: z
      .array(iconSchema, { error: expected("a list of icons") })
      .max(8, atMost(8, "icons"))
      .optional(),
    metadata: metadataSchema.optional(),
    instanceId: text()
      .regex(/^[A-Za-z0-9._:-]{1,128}$/, {
        error: (issue) =>
          `must be 1-128 characters of A-Z a-z 0-9 . _ : -, got ${shownValue(issue.input)}`,
      })
      .optional()
      .describe("Tells instances of one server apart. Default: derived from the endpoint."),
    candidates: z
      .array(endpointSchema, { error: expected("a list of URLs") })
      .max(16, atMost(16, "URLs"))
      .optional()
      .describe("Other URLs the server may be reached at, best first."),
    // A secret: what came is never repeated.
    serviceKey: z
      .string("must be text")
      .min(1, "must not be empty")
      .max(256, atMost(256, "characters"))
      .optional()
      .describe(
        "A secret shared by all instances of one server; lets further instances join the name.",
      ),
    lease: leaseSchema
      .optional()
      .describe(
        "Ask for a lease: the server then sends heartbeats. Without one the hub's own probe decides.",
      ),
  },
  {
    error: fieldsError(
      "a registration",
      "name, transport, endpoint, title, description, version, tags, owner, repository, websiteUrl, icons, metadata, instanceId, candidates, serviceKey, lease",
    ),
  },
);

export type Registration = z.output<typeof registrationSchema>;
export type RegistrationInput = z.input<typeof registrationSchema>;

const profileFields = [
  "title",
  "description",
  "version",
  "tags",
  "owner",
  "repository",
  "websiteUrl",
  "icons",
  "metadata",
] as const satisfies readonly (keyof Registration)[];

/** What a server says of itself that people see; the rest of a registration is about one instance. */
export type Profile = Pick<Registration, (typeof profileFields)[number]>;

export function profileOf(registration: Registration): Profile {
  const given = profileFields.filter((field) => registration[field] !== undefined);
  // Each field keeps its own value, which the compiler loses sight of in a list of pairs.
  return Object.fromEntries(given.map((field) => [field, registration[field]])) as Profile;
}

import { z } from "zod";
import { nameKey } from "./names.js";
import { hasInvisible, hasInvisibleButBreaks, mixedScripts } from "./text.js";

const shown = "must hold no control, zero-width or direction-changing characters";

/** A text of one line that a person will see. */
function line(longest: number) {
  return z
    .string()
    .trim()
    .min(1, "must not be empty")
    .max(longest, `must be at most ${longest} characters`)
    .refine((text) => !hasInvisible(text), shown);
}

const nameSchema = line(200)
  .transform((name) => name.normalize("NFC").replace(/\s+/gu, " "))
  .superRefine((name, context) => {
    const scripts = mixedScripts(name);
    if (scripts !== undefined) {
      context.addIssue({
        code: "custom",
        message: `mixes ${scripts.join(" and ")} letters, which people cannot tell apart; use one script`,
      });
    }
    if (!/[\p{L}\p{N}]/u.test(nameKey(name))) {
      context.addIssue({ code: "custom", message: "needs at least one letter or digit" });
    }
  });

export const transports = ["streamable-http", "sse"] as const;
export type Transport = (typeof transports)[number];

const transportSpellings: Readonly<Record<string, Transport>> = {
  "streamable-http": "streamable-http",
  streamablehttp: "streamable-http",
  http: "streamable-http",
  sse: "sse",
};

const transportSchema = z.string().transform((given, context): Transport => {
  const known = transportSpellings[given.trim().toLowerCase().replaceAll("_", "-")];
  if (known !== undefined) return known;
  context.addIssue({
    code: "custom",
    message: /^stdio$/i.test(given.trim())
      ? "is `stdio`, which cannot be dialled; serve it with `hub-register -- <command>`, which registers it as streamable-http"
      : `must be "streamable-http" or "sse", got ${JSON.stringify(given.slice(0, 40))}`,
  });
  return z.NEVER;
});

function httpUrl(text: string): URL | undefined {
  // The URL parser drops tabs and line breaks silently; here they are a mistake.
  if (/[\s\p{Cc}]/u.test(text)) return undefined;
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return undefined;
  return new URL(text);
}

/** The one spelling of an endpoint, for comparing two of them. */
export function endpointKey(endpoint: string): string {
  return new URL(endpoint).href;
}

const endpointSchema = z
  .string()
  .trim()
  .max(2_048, "must be at most 2048 characters")
  .transform((text, context): string => {
    const url = httpUrl(text);
    const refuse = (message: string) => {
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    };
    if (url === undefined) {
      return refuse(
        `must be an http:// or https:// URL such as http://localhost:8002/mcp, got ${JSON.stringify(text.slice(0, 80))}`,
      );
    }
    if (url.username !== "" || url.password !== "")
      return refuse("must not hold a user name or password");
    if (url.hash !== "" || text.includes("#")) return refuse("must not hold a fragment (#...)");
    // Kept as given when the parser would only add a slash, so that people find what they wrote.
    return url.href === text || url.href === `${text}/` ? text : url.href;
  });

const linkSchema = z
  .string()
  .trim()
  .max(2_048, "must be at most 2048 characters")
  .refine((text) => httpUrl(text) !== undefined, "must be an http:// or https:// URL");

const iconSchema = z.strictObject({
  src: z
    .string()
    .max(8_192, "must be at most 8192 characters")
    .refine(
      (text) =>
        httpUrl(text) !== undefined ||
        /^data:image\/(png|jpeg|webp);base64,[A-Za-z0-9+/=]+$/.test(text),
      "must be an http(s) URL or a data: URL of a PNG, JPEG or WebP image",
    ),
  mimeType: line(100).optional(),
  sizes: z.array(line(20)).max(16).optional(),
  theme: z.enum(["light", "dark"]).optional(),
});

function jsonDepth(value: unknown): number {
  if (typeof value !== "object" || value === null) return 0;
  let deepest = 0;
  for (const part of Object.values(value)) deepest = Math.max(deepest, jsonDepth(part));
  return deepest + 1;
}

const metadataSchema = z
  .record(z.string().max(100, "keys must be at most 100 characters"), z.json())
  .refine((metadata) => Object.keys(metadata).length <= 64, "must hold at most 64 keys")
  .refine((metadata) => jsonDepth(metadata) <= 8, "must be nested at most 8 levels deep")
  .refine(
    (metadata) => JSON.stringify(metadata).length <= 8_192,
    "must be at most 8192 characters as JSON",
  );

/** What a server says of itself when it registers. */
export const registrationSchema = z.strictObject({
  name: nameSchema.describe("Display name, 1-200 characters, unique in the hub."),
  transport: transportSchema.describe(
    '"streamable-http" or "sse"; the spellings http, streamableHttp and streamable_http are understood.',
  ),
  endpoint: endpointSchema.describe("The URL the server answers MCP at."),
  title: line(200).optional(),
  description: z
    .string()
    .trim()
    .max(5_000, "must be at most 5000 characters")
    .refine((text) => !hasInvisibleButBreaks(text), shown)
    .optional(),
  version: line(100).optional(),
  tags: z
    .array(line(50).refine((tag) => !tag.includes(","), "must hold no comma"))
    .max(32, "must hold at most 32 tags")
    .transform((tags) => [...new Set(tags)])
    .optional(),
  owner: line(200).optional(),
  repository: linkSchema.optional(),
  websiteUrl: linkSchema.optional(),
  icons: z.array(iconSchema).max(8, "must hold at most 8 icons").optional(),
  metadata: metadataSchema.optional(),
  instanceId: z
    .string()
    .regex(/^[A-Za-z0-9._:-]{1,128}$/, "must be 1-128 characters of A-Z a-z 0-9 . _ : -")
    .optional()
    .describe("Tells instances of one server apart. Default: derived from the endpoint."),
  candidates: z
    .array(endpointSchema)
    .max(16, "must hold at most 16 URLs")
    .optional()
    .describe("Other URLs the server may be reached at, best first."),
  serviceKey: z
    .string()
    .min(1, "must not be empty")
    .max(256, "must be at most 256 characters")
    .optional()
    .describe(
      "A secret shared by all instances of one server; lets further instances join the name.",
    ),
  lease: z
    .strictObject({
      ttlMs: z.number().int("must be a whole number").positive("must be more than 0").optional(),
    })
    .optional()
    .describe(
      "Ask for a lease: the server then sends heartbeats. Without one the hub's own probe decides.",
    ),
});

export type Registration = z.output<typeof registrationSchema>;
export type RegistrationInput = z.input<typeof registrationSchema>;

/** What a server says of itself that people see; the rest of a registration is about one instance. */
export type Profile = Pick<
  Registration,
  | "title"
  | "description"
  | "version"
  | "tags"
  | "owner"
  | "repository"
  | "websiteUrl"
  | "icons"
  | "metadata"
>;

export function profileOf(registration: Registration): Profile {
  const { title, description, version, tags, owner, repository, websiteUrl, icons, metadata } =
    registration;
  return JSON.parse(
    JSON.stringify({
      title,
      description,
      version,
      tags,
      owner,
      repository,
      websiteUrl,
      icons,
      metadata,
    }),
  );
}

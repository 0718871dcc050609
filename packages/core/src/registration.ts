import { z } from "zod";
import { endpointSchema, transportSchema } from "./endpoint.js";
import { atMost, expected, fieldsError, line, shownValue, text } from "./fields.js";
import { nameKey } from "./names.js";
import { profileSchemas } from "./profile.js";
import { mixedScripts } from "./text.js";

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

/**
 * What a server sends when it registers. A field that a repeated registration leaves out stays as it was;
 * null removes it.
 */
export const registrationSchema = z.strictObject(
  {
    name: nameSchema.describe("Display name, 1-200 characters, unique in the hub."),
    transport: transportSchema.describe(
      '"streamable-http" or "sse"; the spellings http, streamableHttp and streamable_http are understood.',
    ),
    endpoint: endpointSchema.describe("The URL the server answers MCP at."),
    ...profileSchemas,
    instanceId: text()
      .regex(/^[A-Za-z0-9._:-]{1,128}$/, {
        error: (issue) =>
          `must be 1-128 characters of A-Z a-z 0-9 . _ : -, got ${shownValue(issue.input)}`,
      })
      .optional()
      .describe("Identifies one instance of the server. Default: derived from the endpoint."),
    candidates: z
      .array(endpointSchema, { error: expected("a list of URLs") })
      .max(16, atMost(16, "URLs"))
      .nullish()
      .describe("Other URLs at which the hub may reach the server, best first."),
    // A secret, so no error text repeats its value.
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

/** What a server says of itself, parsed. */
export type Registration = z.output<typeof registrationSchema>;
/** The same as it is sent. */
export type RegistrationInput = z.input<typeof registrationSchema>;

import { z } from "zod";
import { httpUrl, linkOrNothing } from "./endpoint.js";
import {
  atMost,
  expected,
  fieldsError,
  line,
  lineOrNothing,
  metadataSchema,
  prose,
  shownValue,
  text,
} from "./fields.js";

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
      .array(line(20), { error: expected("a list of strings") })
      .max(16, atMost(16, "sizes"))
      .optional(),
    theme: z.enum(["light", "dark"], { error: expected('"light" or "dark"') }).optional(),
  },
  { error: fieldsError("an icon", "src, mimeType, sizes, theme") },
);

export const tagSchema = line(50).refine((tag) => !tag.includes(","), {
  error: (issue) => `must hold no comma, got ${shownValue(issue.input)}`,
});

export const tagsSchema = z
  .array(tagSchema, { error: expected("a list of strings") })
  .max(32, atMost(32, "tags"))
  .transform((tags) => [...new Set(tags)]);

/**
 * The part of a registration that people see. A field that is left out stays as it was; null, or an empty
 * value, removes it.
 */
export const profileSchemas = {
  title: lineOrNothing(200).nullish(),
  description: prose(5_000).nullish(),
  version: lineOrNothing(100).nullish(),
  tags: tagsSchema.nullish(),
  owner: lineOrNothing(200).nullish(),
  repository: linkOrNothing.nullish(),
  websiteUrl: linkOrNothing.nullish(),
  icons: z
    .array(iconSchema, { error: expected("a list of icons") })
    .max(8, atMost(8, "icons"))
    .nullish(),
  metadata: metadataSchema.nullish(),
};

type Said = z.output<z.ZodObject<typeof profileSchemas>>;

/** What people see of a server; the rest of a registration is about one instance. Holds nothing empty. */
export type Profile = { readonly [Field in keyof Said]?: NonNullable<Said[Field]> };

// An object's own keys are the keys of its type.
const profileFields = Object.keys(profileSchemas) as readonly (keyof Profile)[];

/** The profile after a registration that says this: what it leaves out is as before. */
export function profileAfter(before: Profile, said: Said): Profile {
  const fields = profileFields
    .map((field) => [field, said[field] === undefined ? before[field] : said[field]] as const)
    .filter(([, value]) => !isNothing(value));
  // Each field keeps its own value, which the compiler loses sight of in a list of pairs.
  return Object.fromEntries(fields) as Profile;
}

function isNothing(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === "";
}

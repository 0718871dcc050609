import { readFileSync } from "node:fs";
import { grantsSchema } from "@hub/core/access";
import { isLoopbackHost } from "@hub/server";
import { z } from "zod";

const text = z.string("must be a text").min(1, "must not be empty").max(2_000);

const texts = z
  .union([text.transform((one) => [one]), z.array(text).min(1, "must not be an empty list")])
  .describe("One text, or a list of them.");

const claims = z.record(text, texts, "must be claims with the values that they may have");

/** What is granted to people and programs of the issuer, by what it says of them. */
const grantsFile = z
  .array(z.strictObject({ claims: claims.optional(), grants: grantsSchema }))
  .min(1, "must hold at least one rule");

/** Whether nobody on the way can change what an issuer at this URL says. */
export function isIssuer(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname, search, hash, username } = new URL(url);
  const isSafe = protocol === "https:" || (protocol === "http:" && isLoopbackHost(hostname));
  return isSafe && search === "" && hash === "" && username === "";
}

const issuerUrl = text.refine(
  isIssuer,
  "must be an https URL without a query (http only on loopback)",
);

/** Issuers of programs, and what each of these may do. */
const workloadsFile = z
  .array(
    z.strictObject({
      issuer: issuerUrl,
      audiences: texts.optional(),
      hosts: texts.optional(),
      jwksUri: issuerUrl.optional(),
      rules: z
        .array(
          z.strictObject({
            // Many issuers sign for the whole world, so a rule says whom it means.
            claims: claims.refine(
              (named) => Object.keys(named).length > 0,
              "must name at least one claim",
            ),
            grants: grantsSchema,
          }),
        )
        .min(1, "must hold at least one rule"),
    }),
  )
  .min(1, "must hold at least one issuer");

type FileResult<Value> =
  | { readonly value: Value }
  /** What follows the name of the setting. */
  | { readonly problem: string };

/** A file that the operator wrote, by its schema; or what is wrong with it, in words. */
function readFile<Value>(file: string, schema: z.ZodType<Value>): FileResult<Value> {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    const why = error instanceof SyntaxError ? "it is not valid JSON" : "it cannot be read";
    return { problem: `names ${JSON.stringify(file)}, but ${why}` };
  }
  const parsed = schema.safeParse(content);
  if (parsed.success) return { value: parsed.data };
  const [issue, ...more] = parsed.error.issues;
  const where = issue?.path.map((part) => `/${String(part)}`).join("") ?? "";
  const others = more.length === 0 ? "" : `, and ${more.length} more`;
  return {
    problem: `names ${JSON.stringify(file)}, in which ${where === "" ? "the whole" : where} ${issue?.message}${others}`,
  };
}

export const readGrantsFile = (file: string) => readFile(file, grantsFile);

export const readWorkloadsFile = (file: string) => readFile(file, workloadsFile);

/** A secret on the first line of a file, as orchestrators mount them. */
export function readSecretFile(file: string): FileResult<string> {
  try {
    const secret = readFileSync(file, "utf8").trim();
    return secret === ""
      ? { problem: `names ${JSON.stringify(file)}, which is empty` }
      : { value: secret };
  } catch {
    return { problem: `names ${JSON.stringify(file)}, which cannot be read` };
  }
}

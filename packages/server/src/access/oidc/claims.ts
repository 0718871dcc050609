import { fitsPattern, type Grant } from "@hub/core/access";
import type { ClaimRule } from "./settings.js";

/** What an issuer says of somebody. */
export type Claims = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Claims =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A claim by its name, or by a JSON pointer; undefined when there is none. */
function claimOf(claims: Claims, name: string): unknown {
  const path = name.startsWith("/")
    ? name
        .slice(1)
        .split("/")
        .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))
    : [name];
  let value: unknown = claims;
  for (const part of path) {
    if (!isObject(value) || !Object.hasOwn(value, part)) return undefined;
    value = value[part];
  }
  return value;
}

/** The values of a claim as texts: of a list each, of anything nested none. */
export function valuesOf(claims: Claims, name: string): readonly string[] {
  const value = claimOf(claims, name);
  const values: readonly unknown[] = Array.isArray(value) ? value : [value];
  return values.flatMap((one) =>
    typeof one === "string" || typeof one === "number" || typeof one === "boolean"
      ? [String(one)]
      : [],
  );
}

/** Whether each claim that a rule names has one of the values that it names. */
function fits({ claims: wanted = {} }: ClaimRule, claims: Claims): boolean {
  return Object.entries(wanted).every(([name, patterns]) => {
    const values = valuesOf(claims, name);
    return patterns.some((pattern) => values.some((value) => fitsPattern(pattern, value)));
  });
}

const placeholder = /\{([^{}]+)\}/;

/** What ids of servers consist of: no value of a claim may bring a `*`. */
const harmless = /^[a-z0-9-]{1,40}$/;

/** A pattern with the values of claims in it: none where a claim is missing or has no value that an id could have. */
function filledIn(pattern: string, claims: Claims): readonly string[] {
  const [whole, name = ""] = placeholder.exec(pattern) ?? [];
  if (whole === undefined) return [pattern];
  return valuesOf(claims, name)
    .filter((value) => harmless.test(value))
    .flatMap((value) => filledIn(pattern.replace(whole, value), claims));
}

function grantFor(grant: Grant, claims: Claims): readonly Grant[] {
  if (grant.servers?.some((pattern) => placeholder.test(pattern)) !== true) return [grant];
  const servers = grant.servers.flatMap((pattern) => filledIn(pattern, claims));
  // Without a pattern it would allow all servers.
  return servers.length === 0 ? [] : [{ ...grant, servers }];
}

/** What the rules that fit some claims grant together. */
export function grantsByRules(rules: readonly ClaimRule[], claims: Claims): readonly Grant[] {
  return rules
    .filter((rule) => fits(rule, claims))
    .flatMap(({ grants }) => grants.flatMap((grant) => grantFor(grant, claims)));
}

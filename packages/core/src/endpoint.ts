import { z } from "zod";
import { atMost, shownValue, text } from "./fields.js";

/** How MCP travels to a server. */
export const transports = ["streamable-http", "sse"] as const;
/** One of them. */
export type Transport = (typeof transports)[number];

const transportSpellings: Readonly<Record<string, Transport>> = {
  "streamable-http": "streamable-http",
  streamablehttp: "streamable-http",
  http: "streamable-http",
  sse: "sse",
};

export const transportSchema = text().transform((given, context): Transport => {
  const spelling = given.trim().toLowerCase().replaceAll("_", "-");
  const known = Object.hasOwn(transportSpellings, spelling)
    ? transportSpellings[spelling]
    : undefined;
  if (known !== undefined) return known;
  context.addIssue({
    code: "custom",
    message:
      spelling === "stdio"
        ? 'must be "streamable-http" or "sse", got "stdio", which cannot be dialled; serve it with `hub-register -- <command>`, which registers it as streamable-http'
        : `must be "streamable-http" or "sse", got ${shownValue(given)}`,
  });
  return z.NEVER;
});

export function httpUrl(given: string): URL | undefined {
  // The URL parser drops tabs and line breaks silently; here they are a mistake.
  if (/[\s\p{Cc}]/u.test(given)) return undefined;
  if (!/^https?:\/\/[^/\\]/i.test(given) || !URL.canParse(given)) return undefined;
  return new URL(given);
}

/** The one spelling of an endpoint, for comparing two of them. */
export function endpointKey(endpoint: string): string {
  return new URL(endpoint).href;
}

export function isSameEndpoint(one: string, other: string): boolean {
  return one === other || endpointKey(one) === endpointKey(other);
}

const longestUrl = 2_048;

export const endpointSchema = text()
  .trim()
  .max(longestUrl, { ...atMost(longestUrl, "characters"), abort: true })
  .transform((given, context): string => {
    const url = httpUrl(given);
    const refuse = (message: string) => {
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    };
    if (url === undefined) {
      return refuse(
        `must be an http:// or https:// URL such as http://localhost:8002/mcp, got ${shownValue(given)}`,
      );
    }
    // What came is not repeated: it may be a secret.
    if (url.username !== "" || url.password !== "")
      return refuse("must hold no user name or password, got a URL with one");
    if (given.includes("#")) return refuse(`must hold no fragment, got ${shownValue(url.hash)}`);
    // Kept as given when the parser would only add a slash, so that people find what they wrote.
    return url.href === given || url.href === `${given}/` ? given : url.href;
  });

/** A URL that people may follow, or an empty text. */
export const linkOrNothing = text()
  .trim()
  .max(longestUrl, atMost(longestUrl, "characters"))
  .refine((given) => given === "" || httpUrl(given) !== undefined, {
    error: (issue) => `must be an http:// or https:// URL, got ${shownValue(issue.input)}`,
  });

/** A URL that people may follow. */
export const linkSchema = linkOrNothing.min(1, "must not be empty");

import { hubIdHeader } from "@hub/dial";

/** Keep a browser from making a page of an answer that is none. Pages bring a policy of their own. */
export const strictHeaders: Readonly<Record<string, string>> = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "content-security-policy":
    "default-src 'none'; form-action 'none'; base-uri 'none'; frame-ancestors 'none'; sandbox",
};

/** What every answer of the hub carries, whichever part of it answers. */
export function headersOfEveryAnswer(hubId: string): Readonly<Record<string, string>> {
  return { ...strictHeaders, [hubIdHeader]: hubId };
}

/** What pages of an allowed origin may read of an answer. */
export const exposedHeaders =
  "etag, location, retry-after, mcp-session-id, mcp-protocol-version, www-authenticate";

const allowedHeaders = [
  "content-type",
  "authorization",
  "last-event-id",
  "if-match",
  "if-none-match",
  "mcp-protocol-version",
  "mcp-session-id",
  "mcp-method",
  "mcp-name",
] as const;

/** Arguments of tools may travel in headers whose names only the tool knows. */
const parameterHeader = /^mcp-param-[!#$%&'*+.^_`|~0-9a-z-]{1,100}$/;

/** Answers a page of an allowed origin that asks what it may send. */
export function preflightHeaders(asked: string | undefined): Record<string, string> {
  const parameters = (asked ?? "")
    .toLowerCase()
    .split(",")
    .map((name) => name.trim())
    .filter((name) => parameterHeader.test(name))
    .slice(0, 50);
  return {
    "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
    "access-control-allow-headers": [...allowedHeaders, ...parameters].join(", "),
    "access-control-max-age": "600",
  };
}

import { shownValue, text } from "../fields.js";

/** What the connection, the hub or MCP itself says in every request, and what callers may say to a server. */
const ofTheHub: ReadonlySet<string> = new Set([
  "accept",
  "accept-encoding",
  "baggage",
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "cookie",
  "date",
  "expect",
  "forwarded",
  "host",
  "keep-alive",
  "last-event-id",
  "origin",
  "proxy-authorization",
  "proxy-connection",
  "referer",
  "te",
  "traceparent",
  "tracestate",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "user-agent",
  "via",
  "x-real-ip",
]);

const ofTheHubBeginnings = ["mcp-", "sec-", "x-forwarded-"];

/** Whether a header says something that no credential may say. */
function isOfTheHub(name: string): boolean {
  const lower = name.toLowerCase();
  return ofTheHub.has(lower) || ofTheHubBeginnings.some((beginning) => lower.startsWith(beginning));
}

/** The name of a header that a credential may be sent in. */
export const headerNameSchema = text()
  .regex(/^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,100}$/, {
    error: "must be the name of a header: 1-100 characters of A-Z a-z 0-9 and !#$%&'*+-.^_`|~",
    abort: true,
  })
  .refine((name) => !isOfTheHub(name), {
    error: (issue) =>
      `must be a header such as Authorization or X-Api-Key; the hub itself or the connection decides about ${shownValue(issue.input)}`,
  });

import { type Headers, headerOf } from "@hub/mcp";
import { joinedHeaders } from "../wire/joined-headers.js";

/** Values that may stand in an answer of the hub; others, such as text in UTF-8, cannot be written there. */
const plainValue = /^[\x20-\x7e]*$/;
const mediaTypes =
  /^(?:application\/json|text\/event-stream)(?:\s*;\s*[\w-]+=(?:[\w.+-]+|"[\w.+ -]+"))*\s*$/i;
const codings = new Set(["gzip", "x-gzip", "deflate", "br", "zstd", "identity"]);

/**
 * What else of a server's answer is for its client. Everything else would be obeyed by browsers or
 * proxies in the name of the hub, or says nothing to a client of MCP.
 */
const passed: ReadonlyMap<string, RegExp> = new Map(
  Object.entries({
    "content-length": /^\d{1,15}$/,
    "cache-control":
      /^(?:no-store|no-cache|no-transform|private|must-revalidate|max-age=0)(?:\s*,\s*(?:no-store|no-cache|no-transform|private|must-revalidate|max-age=0))*$/i,
    "retry-after": /^(?:\d{1,9}|[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT)$/,
    allow: /^[A-Z]+(?:\s*,\s*[A-Z]+)*$/,
  }),
);

const json = "application/json";
const events = "text/event-stream";

/** The two content types of MCP. */
export type McpType = "json" | "events";

/** What a content type says, when it is one of the two of MCP. */
export function mcpTypeOf(headers: Headers): McpType | undefined {
  const given = headerOf(headers, "content-type");
  // Nearly all write it so.
  if (given === json) return "json";
  const essence = given?.split(";", 1)[0]?.trim().toLowerCase();
  if (essence === json) return "json";
  return essence === events ? "events" : undefined;
}

/** How the body is packed; undefined when it is not. */
export function codingOf(headers: Headers): string | undefined {
  const coding = headerOf(headers, "content-encoding")?.trim().toLowerCase();
  return coding === undefined || coding === "" || coding === "identity" ? undefined : coding;
}

/** Whether a client that sent this `Accept-Encoding` can read what is packed so. */
export function canUnpack(accepted: string, coding: string): boolean {
  return (
    codings.has(coding) &&
    accepted
      .toLowerCase()
      .split(",")
      .some((one) => {
        const [name = "", quality = ""] = one.split(";");
        const isWanted = name.trim() === coding || name.trim() === "*";
        return isWanted && !/q=0(?:\.0*)?$/.test(quality.trim());
      })
  );
}

/** An `Accept-Encoding` that names nothing but codings; anything else counts as none. */
export function acceptedCodings(header: string | undefined): string {
  const isKnown = header
    ?.toLowerCase()
    .split(",")
    .every((one) => {
      const [name = "", quality = "q=1"] = one.split(";").map((part) => part.trim());
      return (codings.has(name) || name === "*") && /^q=[01](?:\.\d{0,3})?$/.test(quality);
    });
  return header !== undefined && isKnown === true ? header : "identity";
}

/**
 * The head of an answer that is JSON or a stream of events, as its client gets it: what every answer of
 * the hub carries, and of the server's own only what MCP knows.
 */
export function answerHeaders(
  headers: Headers,
  always: Readonly<Record<string, string>>,
): Record<string, string | number> {
  const kept: Record<string, string> = {};
  const type = mcpTypeOf(headers);
  for (const name in headers) {
    const value = headerOf(headers, name);
    if (value === undefined) continue;
    const isOfMcp = name.startsWith("mcp-") && !name.startsWith("mcp-hub-");
    if (isOfMcp ? plainValue.test(value) : passed.get(name)?.test(value) === true)
      kept[name] = value;
  }
  // What is neither comes without a body.
  if (type === undefined && kept["content-length"] !== "0") delete kept["content-length"];
  const given = headerOf(headers, "content-type") ?? "";
  if (type === "json")
    kept["content-type"] = given === json || mediaTypes.test(given) ? given : json;
  if (type === "events") {
    kept["content-type"] = mediaTypes.test(given) ? given : events;
    // Proxies in between would keep events back.
    kept["x-accel-buffering"] = "no";
    // It may get a last event of the hub's, so its length is not known.
    delete kept["content-length"];
  }
  const coding = codingOf(headers);
  if (type !== undefined && coding !== undefined && codings.has(coding))
    kept["content-encoding"] = coding;
  return joinedHeaders(always, kept);
}

/** Every request of the hub lists the hubs it came through. A hub that finds itself there refuses. */
export const hubViaHeader = "mcp-hub-via";
/** Every answer of a hub names it, so that a hub which reached itself by a detour notices. */
export const hubIdHeader = "mcp-hub-id";

/** Who this hub says it is to those it calls. */
export type HopIdentity = {
  /** A random text, new with every start. */
  readonly hubId: string;
  readonly version: string;
};

/**
 * All that crosses to a server, beside what the hub itself says. Whatever else a client sends may say who
 * it is, or is meant for the hub alone.
 */
const crossing = new Set([
  "accept",
  "accept-encoding",
  "baggage",
  "content-type",
  "last-event-id",
  "traceparent",
  "tracestate",
]);

/** Headers of MCP cross, those that tools name for their arguments among them; the hub's own do not. */
function mayCross(name: string): boolean {
  return crossing.has(name) || (name.startsWith("mcp-") && !name.startsWith("mcp-hub-"));
}

/** The headers of a request as they go out: those that may cross, and who is asking. */
export function headersFor(
  given: Readonly<Record<string, string>>,
  via: string | undefined,
  options: HopIdentity,
): Record<string, string> {
  const headers: Record<string, string> = {
    "user-agent": `mcp-hub/${options.version}`,
    "accept-encoding": "gzip, deflate, br",
  };
  for (const name in given) {
    const value = given[name];
    const lower = name.toLowerCase();
    if (value !== undefined && mayCross(lower)) headers[lower] = value;
  }
  headers[hubViaHeader] = viaFor(via, options);
  return headers;
}

/** The hubs a request came through, this one the last. */
export function viaFor(via: string | undefined, { hubId }: Pick<HopIdentity, "hubId">): string {
  return via === undefined ? hubId : `${via}, ${hubId}`;
}

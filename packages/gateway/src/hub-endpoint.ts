/** What a path of the gateway means. `isSse`: it is for clients of the old HTTP+SSE transport. */
export type HubEndpoint = { readonly isSse?: true } & (
  | { readonly kind: "all" }
  | { readonly kind: "server"; readonly id: string }
  | { readonly kind: "toolset"; readonly id: string }
);

/** With a slash behind it as well: some clients and proxies add one, and a redirect loses the body. */
const pattern = /^\/(?:(servers|toolsets)\/([a-z0-9-]{1,40})\/)?(mcp|sse)\/?$/;

/** The endpoint of a request's path; undefined for every path that is not the gateway's. */
export function hubEndpointOf(path: string): HubEndpoint | undefined {
  const match = pattern.exec(path);
  if (match === null) return undefined;
  const [, group, id = "", transport] = match;
  const how = transport === "sse" ? ({ isSse: true } as const) : {};
  if (group === undefined) return { ...how, kind: "all" };
  return { ...how, kind: group === "servers" ? "server" : "toolset", id };
}

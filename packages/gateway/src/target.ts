/** What a path of the gateway means. */
export type Target =
  | { readonly kind: "all" }
  | { readonly kind: "server"; readonly id: string }
  | { readonly kind: "toolset"; readonly id: string };

/** With a slash behind it as well: some clients and proxies add one, and a redirect loses the body. */
const pattern = /^\/(?:mcp|(servers|toolsets)\/([a-z0-9-]{1,40})\/mcp)\/?$/;

/** The target of a request's path; undefined for every path that is not the gateway's. */
export function targetOf(path: string): Target | undefined {
  const match = pattern.exec(path);
  if (match === null) return undefined;
  const [, group, id = ""] = match;
  if (group === undefined) return { kind: "all" };
  return { kind: group === "servers" ? "server" : "toolset", id };
}

import type { Action } from "@hub/core/access";
import { actions } from "@hub/core/access";
import { hubEndpointOf } from "@hub/gateway";
import type { RequestHead } from "../request-head.js";
import { mcpAccess } from "../routes.js";
import { scopeOf } from "./scopes.js";
import type { PeopleIssuer } from "./settings.js";
import { wellKnownPath } from "./well-known.js";

/** What says to clients where they get a token for the hub (RFC 9728). */
export type ResourceMetadata = {
  /** The document of a resource of the hub by its path: "" for the whole, or that of an MCP endpoint. */
  document(path: string, base: string): object | undefined;
  /** What a challenge says of it. */
  readonly challengeParameters: (head: RequestHead) => Readonly<Record<string, string>>;
};

const withoutSlash = (path: string) => path.replace(/\/$/, "");

const pathOf = (target: string) => withoutSlash(target.split("?", 1)[0] ?? "");

/** The metadata of a hub whose tokens come from `people`; the scopes are those that it knows. */
export function resourceMetadataOf(people: PeopleIssuer): ResourceMetadata {
  const scopesFor = (wanted: readonly Action[]) =>
    people.usesScopes === false ? undefined : wanted.map(scopeOf);
  const isEndpoint = (path: string) => hubEndpointOf(path) !== undefined;
  return {
    document(path, base) {
      const resource = withoutSlash(path);
      if (resource !== "" && !isEndpoint(resource)) return undefined;
      const scopes = scopesFor(resource === "" ? actions : [mcpAccess]);
      return {
        resource: `${base}${resource}`,
        authorization_servers: [people.issuer],
        ...(scopes === undefined ? {} : { scopes_supported: scopes }),
        bearer_methods_supported: ["header"],
        resource_name: "MCP Hub",
      };
    },
    challengeParameters({ target, publicUrl: base }) {
      const path = pathOf(target);
      if (!isEndpoint(path)) return { resource_metadata: `${base}${wellKnownPath}` };
      const scopes = scopesFor([mcpAccess]);
      return {
        resource_metadata: `${base}${wellKnownPath}${path}`,
        ...(scopes === undefined ? {} : { scope: scopes.join(" ") }),
      };
    },
  };
}

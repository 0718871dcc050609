import { HubError } from "@hub/core";
import type { ResourceMetadata } from "../access/oidc/resource-metadata.js";
import { wellKnownPath } from "../access/oidc/well-known.js";
import type { HubApp } from "./hono.js";

/** Where a client of an MCP endpoint learns who gives out tokens for it (RFC 9728). */
export function addResourceMetadataRoute(
  app: HubApp,
  metadata: ResourceMetadata | undefined,
): void {
  app.get(`${wellKnownPath}/*`, (context) => {
    const { publicUrl } = context.get("arrival");
    const document = metadata?.document(context.req.path.slice(wellKnownPath.length), publicUrl);
    if (document === undefined)
      throw new HubError(
        "ROUTE_NOT_FOUND",
        metadata === undefined
          ? "This hub takes no tokens of an issuer. Ask whoever runs it for a token."
          : "The hub has no MCP endpoint at this path.",
      );
    return context.json(document, 200, { "cache-control": "no-cache" });
  });
}

import type { CapabilityKind, Entry } from "@hub/core";
import type { JsonObject } from "@hub/core/json";
import type { Ambiguous } from "./combined.js";
import { ambiguousKey, type MissingServer, missingKey, sameEndpointKey } from "./missing.js";
import { sameEndpoints } from "./same-endpoints.js";
import { keepsState, noStateKey } from "./state.js";

/** Around the definitions of a list, as JSON: what comes before them, and what is said of the whole. */
export function frameOf(
  kind: CapabilityKind,
  about: {
    readonly isModern: boolean;
    /** Nobody else may be shown it. */
    readonly isPrivate: boolean;
    readonly servers: readonly Entry[];
    readonly missing: readonly MissingServer[];
    readonly ambiguous: readonly Ambiguous[];
  },
): { readonly before: string; readonly after: string } {
  const { isModern, isPrivate, servers, missing, ambiguous } = about;
  const stateless = isModern ? servers.filter(keepsState).map(({ record }) => record.id) : [];
  const twins = sameEndpoints(servers);
  const meta = {
    ...(stateless.length === 0 ? {} : { [noStateKey]: stateless }),
    ...(missing.length === 0 ? {} : { [missingKey]: missing }),
    ...(ambiguous.length === 0 ? {} : { [ambiguousKey]: ambiguous }),
    ...(twins.length === 0 ? {} : { [sameEndpointKey]: twins }),
  };
  const rest = JSON.stringify({
    ...(isModern ? { resultType: "complete", ...cachingHints(servers, isPrivate) } : {}),
    ...(Object.keys(meta).length === 0 ? {} : { _meta: meta }),
  }).slice(1, -1);
  return { before: `{"${kind}":[`, after: `]${rest === "" ? "" : `,${rest}`}}` };
}

/** How long and for whom the parts may be kept: the strictest of what their servers say. */
function cachingHints(servers: readonly Entry[], isPrivate: boolean): JsonObject {
  let ttlMs = servers.length === 0 ? 0 : Number.POSITIVE_INFINITY;
  let cacheScope = isPrivate ? "private" : "public";
  for (const { snapshot } of servers) {
    ttlMs = Math.min(ttlMs, snapshot?.caching?.ttlMs ?? 0);
    if (snapshot?.caching?.cacheScope !== "public") cacheScope = "private";
  }
  return { ttlMs, cacheScope };
}

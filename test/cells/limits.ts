import type { FeatureName } from "./features.js";
import type { ServerKind } from "./servers/kinds.js";

/**
 * What a server does not do by its nature, and why: nothing that stands between can give it. Each is also
 * tried directly, and must fail there.
 */
export const limits: Readonly<
  Partial<Record<ServerKind, Readonly<Partial<Record<FeatureName, string>>>>>
> = {
  "npm fastmcp": {
    "log level": "it takes logging/setLevel and sends every level all the same",
    roots:
      "over HTTP it looks for the client's capabilities before it has read them, so it asks for no roots",
  },
};

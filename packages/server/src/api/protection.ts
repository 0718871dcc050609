import type { ServerList } from "@hub/api";
import type { Registry } from "@hub/core";
import type { Hubs } from "../hubs/hubs.js";
import { cutOffText } from "../readiness.js";
import { instant } from "./views.js";

/** Where it is read whether what a hub shows can be relied on. */
export type ProtectionSource = {
  readonly registry: Pick<Registry, "outage" | "protection">;
  /** This hub among others, where there may be any. */
  readonly hubs?: Pick<Hubs, "cutOffSince"> | undefined;
};

/** Why what the hub shows may be old or is not acted upon, and since when; undefined as usual. */
export function protectionOf({ registry, hubs }: ProtectionSource): ServerList["protection"] {
  const cutOffSince = hubs?.cutOffSince;
  if (cutOffSince !== undefined) {
    const reason = `${cutOffText} What is listed is what it knew then; servers can be called.`;
    return { since: instant(cutOffSince), reason };
  }
  const { outage, protection } = registry;
  if (outage !== undefined) {
    const reason = `${outage.reason} What is listed is what this hub knows; servers can be called.`;
    return { since: instant(outage.since), reason };
  }
  const { isActive, since } = protection;
  if (!isActive || since === undefined) return undefined;
  const reason =
    "Most servers fell silent at once, so the hub suspects itself or the network, and marks none as down for now.";
  return { since: instant(since), reason };
}

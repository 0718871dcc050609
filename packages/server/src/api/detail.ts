import type { getServer } from "@hub/api";
import { type Entry, flappingOf, type Registry } from "@hub/core";
import { neighbourWarnings } from "@hub/core/shown";
import type { RouteCall } from "./serve.js";
import { etagOf, instant, serverDetail } from "./views.js";

/** A request that is answered with all that the hub knows of one server. */
export type DetailCall = Pick<RouteCall<typeof getServer>, "json">;

/** What deserves attention about an entry, beyond its instances. */
function entryWarnings(registry: Registry, entry: Entry): string[] {
  const { id } = entry.record;
  const warnings = neighbourWarnings(entry, registry.neighbours(id));
  const hashes = new Set(
    entry.instances
      .filter((instance) => instance.health.status === "up")
      .flatMap((instance) => instance.health.capabilitiesHash ?? []),
  );
  if (hashes.size > 1)
    warnings.push("Its instances do not all offer the same tools, resources and prompts.");
  const flapping = flappingOf(entry.pace);
  if (flapping !== undefined)
    warnings.push(
      `What it offers changes all the time: ${flapping.changes} times since ${instant(flapping.since)}. Until it is stable, the hub reads it only every few minutes and does not announce each change. Fix the server so that its lists stay the same, then probe it to check.`,
    );
  return warnings;
}

/** Probes and heartbeats change it without a new revision, so clients ask for it each time. */
export function answerDetail(call: DetailCall, entry: Entry, registry: Registry): Response {
  const detail = serverDetail(entry, registry.now(), entryWarnings(registry, entry));
  return call.json(200, detail, { etag: etagOf(entry.record), "cache-control": "no-store" });
}

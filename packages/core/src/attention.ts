import type { Entry } from "./entry.js";
import { flappingOf } from "./flapping.js";
import { neighbourAttention } from "./neighbours.js";

/** What deserves attention about a server as a whole, in words for the person who can mend it. */
export type Attention = {
  readonly code: "SAME_ENDPOINT" | "UNLIKE_INSTANCES" | "FLAPPING";
  readonly cause: string;
  readonly fix: string;
};

/** What deserves attention about an entry, beyond its instances. `neighbours`: other names at an endpoint of it. */
export function attentionOf(entry: Entry, neighbours: readonly Entry[]): readonly Attention[] {
  const found: Attention[] = neighbourAttention(entry, neighbours).map((one) => ({
    code: "SAME_ENDPOINT",
    ...one,
  }));
  const hashes = new Set(
    entry.instances
      .filter((instance) => instance.health.status === "up")
      .flatMap((instance) => instance.health.capabilitiesHash ?? []),
  );
  if (hashes.size > 1)
    found.push({
      code: "UNLIKE_INSTANCES",
      cause: "Its instances do not all offer the same tools, resources and prompts.",
      fix: "Run the same version of the server everywhere.",
    });
  const flapping = flappingOf(entry.pace);
  if (flapping !== undefined)
    found.push({
      code: "FLAPPING",
      cause: `What it offers changes all the time: ${flapping.changes} times since ${new Date(flapping.since).toISOString()}.`,
      fix: "Until it is stable, the hub reads it only every few minutes and does not announce each change. Fix the server so that its lists stay the same, then probe it to check.",
    });
  return found;
}

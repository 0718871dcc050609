import type { ServerSummary } from "@hub/api";
import { Badge } from "../parts/panels.js";

/** Says of a server that what it offers changes all the time. Nothing for all others. */
export function FlappingBadge({ server }: { readonly server: Pick<ServerSummary, "flapping"> }) {
  if (server.flapping === undefined) return null;
  const { since, changes } = server.flapping;
  return (
    <Badge
      isWhole
      tone="warn"
      title={`What it offers changed ${changes} times since ${new Date(since).toLocaleString()}.`}
    >
      flapping
    </Badge>
  );
}

import type { ServerDetail } from "@hub/api";

/** What a probe found, for those who asked for it and may not see what changed. */
export function foundBy(server: ServerDetail): string {
  const up = server.instances.filter(({ status }) => status === "up").length;
  const all = server.instances.length;
  if (all === 0) return "Probed: it has no instance.";
  if (server.status === "needs-token") return "Probed: it answers, but it needs a token.";
  if (all === 1) return up === 1 ? "Probed: it answers." : "Probed: it does not answer.";
  return `Probed: ${up} of ${all} instances answer.`;
}

import { type Health, type InstanceStatus, leaseIsLost } from "./health.js";

const seconds = (ms: number) => `${Math.max(0, Math.round(ms / 1_000))} s`;

/** Why an instance has the status it has, in one sentence. */
export function reasonFor(health: Health, status: InstanceStatus, now: number): string {
  const { outcome } = health;
  const finding = outcome?.ok === false ? outcome.finding.cause : undefined;
  switch (status) {
    case "up":
      return outcome?.ok === true
        ? `It answers${outcome.needsToken ? ", and wants a token" : ""} (${Math.max(1, Math.round(outcome.latencyMs))} ms).`
        : "It answered the last probe.";
    case "pending":
      return finding ?? "It has not been probed yet.";
    case "unreachable":
      return leaseIsLost(health, now)
        ? `Its heartbeats stopped ${seconds(now - (health.lease?.renewedAt ?? now))} ago and it does not answer: ${finding ?? "no probe came back."}`
        : (finding ?? "It does not answer.");
    case "draining":
      return "It said that it is about to stop.";
    case "down":
      return `No sign of life for ${seconds(now - health.aliveAt)}: ${finding ?? "no heartbeat and no answer."}`;
  }
}

/** What to do about it, when the probe found out. */
export function fixFor(health: Health, status: InstanceStatus): string | undefined {
  if (status === "up" || status === "draining") return undefined;
  return health.outcome?.ok === false ? health.outcome.finding.fix : undefined;
}

/** What works but deserves attention. */
export function warningsFor(health: Health, now: number): string[] {
  const warnings: string[] = [];
  if (health.status === "up" && leaseIsLost(health, now)) {
    warnings.push(
      `No heartbeat for ${seconds(now - (health.lease?.renewedAt ?? now))}, but it answers the hub's probe; its register loop may be stuck or cannot reach the hub.`,
    );
  }
  const { outcome, readWarnings = [] } = health;
  if (outcome?.ok !== false)
    warnings.push(...new Set([...(outcome?.warnings ?? []), ...readWarnings]));
  return warnings;
}

import type { Health, InstanceStatus } from "./health.js";
import { leaseIsLost } from "./held-lease.js";
import type { Finding } from "./probe.js";

const seconds = (ms: number) => `${Math.max(0, Math.round(ms / 1_000))} s`;

/** The finding that explains why an instance cannot be used, if the hub has one. */
export function problemOf({ status, outcome, doubt }: Health): Finding | undefined {
  if (status === "up") return undefined;
  if (outcome?.ok === false) return outcome.finding;
  return status === "suspect" ? doubt : outcome?.finding;
}

/** Why an instance has the status it has, in one sentence. */
export function reasonFor(health: Health, status: InstanceStatus, now: number): string {
  const { outcome } = health;
  const finding = problemOf({ ...health, status })?.cause;
  switch (status) {
    case "up":
      return outcome?.ok === true
        ? `It answers (${Math.max(1, Math.round(outcome.latencyMs))} ms).`
        : "It answered the last probe.";
    case "pending":
      return finding ?? "It has not been probed yet.";
    case "suspect":
      return finding ?? "It does not answer.";
    case "needs-token":
      return finding ?? "It answers, but it needs a token.";
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
  return status === "draining" ? undefined : problemOf({ ...health, status })?.fix;
}

/** How long the heartbeats of an instance are missing that answers nevertheless; undefined when they are not. */
export function silenceOf(health: Health, now: number): string | undefined {
  const answers = health.status === "up" || health.status === "needs-token";
  if (!answers || !leaseIsLost(health, now)) return undefined;
  return `No heartbeat for ${seconds(now - (health.lease?.renewedAt ?? now))}, but it answers the hub's probe; its register loop may be stuck or cannot reach the hub.`;
}

/** What the last good probe and the last reading found to mend. */
export function probeWarnings({ outcome, readWarnings = [] }: Health): readonly string[] {
  return outcome?.ok === false ? [] : [...new Set([...(outcome?.warnings ?? []), ...readWarnings])];
}

/** Warnings about an instance that works but needs attention. */
export function warningsFor(health: Health, now: number): string[] {
  const silence = silenceOf(health, now);
  return [...(silence === undefined ? [] : [silence]), ...probeWarnings(health)];
}

import type { Instance } from "./entry.js";
import { probeWarnings, problemOf, reasonFor, silenceOf } from "./explain.js";
import type { Health, Now } from "./health.js";
import type { Finding, FindingCode, ProbeOutcome } from "./probe.js";
import { problemFrom, type VerdictProblem } from "./verdict-problem.js";

/** What a look at one instance found, a moment ago. */
export type Examined = {
  readonly instanceId: string | undefined;
  /** It answers as MCP, or would with a token. */
  readonly isReached: boolean;
  readonly finding?: Finding | undefined;
};

/** A server that needs longer is felt by whoever calls it. */
const slowMs = 1_000;

/** What is wrong with one process of a server, the weightiest first. */
export function instanceProblems(
  instance: Instance,
  now: Now,
  examined: Examined | undefined,
): VerdictProblem[] {
  const { record, health } = instance;
  const { endpoint } = record;
  const main =
    health.status === "up" ? whileUp(instance, examined) : notUp(instance, now, examined);
  const silence = silenceOf(health, now.hub);
  const said = main.map(({ cause, fix }) => `${cause} ${fix}`);
  return [
    ...main,
    ...(silence === undefined
      ? []
      : [
          {
            severity: "warning",
            code: "LEASE_LOST",
            endpoint,
            cause: silence,
            fix: "Look in the server's own log for what it says of the hub: MCP_HUB_URL must lead to this hub from where the server runs. Restart the server if its loop is stuck.",
          } as const,
        ]),
    ...probeWarnings(health)
      .filter((warning) => !said.includes(warning))
      .map((warning) => attention(warning, endpoint)),
  ];
}

function whileUp({ record, health }: Instance, examined: Examined | undefined): VerdictProblem[] {
  const { outcome } = health;
  const answersAt = outcome?.ok === true ? outcome.endpoint : record.endpoint;
  const tookMs = outcome?.ok === true ? outcome.latencyMs : 0;
  const found = examined?.finding;
  // With a lease it is up although its last probe took too long.
  const last = outcome?.ok === false ? outcome.finding : undefined;
  const isSlow = tookMs > slowMs || answersTooLate(found) || answersTooLate(last);
  if (isSlow && (found === undefined || found.code === "TOO_SLOW"))
    return [slow(Math.max(tookMs, slowMs), answersAt)];
  if (found === undefined) return [];
  // What answers elsewhere than it was registered works; what answered a moment ago and does not now is gone.
  const isMendedByHub = examined?.isReached === true || answersAt !== record.endpoint;
  return [problemFrom(found, isMendedByHub ? "warning" : "fault", record.endpoint)];
}

/** Whether somebody took the connection, and did not answer in time. */
function answersTooLate(finding: Finding | undefined): boolean {
  return finding?.code === "TOO_SLOW" && finding.step !== "connect";
}

function slow(tookMs: number, endpoint: string): VerdictProblem {
  return {
    severity: "warning",
    code: "SLOW",
    endpoint,
    cause: `It needs more than ${Math.floor(tookMs)} ms to answer the hub's probe.`,
    fix: "Find out what keeps the server busy: one that works in its own thread answers nothing meanwhile. If it always needs this long, raise MCP_HUB_PROBE_TIMEOUT_MS.",
  };
}

/** The server answers, and lets the hub not in. */
const lockedOut: ReadonlySet<string> = new Set<FindingCode>([
  "NEEDS_TOKEN",
  "CREDENTIAL_REFUSED",
  "CREDENTIAL_NOT_SENT",
]);

function notUp(
  { record, health }: Instance,
  now: Now,
  examined: Examined | undefined,
): VerdictProblem[] {
  const { endpoint } = record;
  const { status } = health;
  if (status === "draining")
    return [
      {
        severity: "fault",
        code: "DRAINING",
        endpoint,
        cause: "It said that it is about to stop, so the hub sends it no new calls.",
        fix: "Start it again when it has stopped. If it should not stop, look for what sent it the signal.",
      },
    ];
  const isLocked = examined?.finding !== undefined && lockedOut.has(examined.finding.code);
  if (examined?.isReached === true && !isLocked) {
    const { finding } = examined;
    const more = finding === undefined ? [] : [problemFrom(finding, "warning", endpoint)];
    return [answersAgain(endpoint, health, now), ...more];
  }
  const finding = examined?.finding ?? problemOf(health);
  if (finding !== undefined) {
    const cause = reasonFor(withFinding(health, finding), status, now.hub);
    return [problemFrom({ ...finding, cause }, "fault", endpoint)];
  }
  return [
    {
      severity: "fault",
      code: status === "pending" ? "NOT_PROBED" : "NO_ANSWER",
      endpoint,
      cause: reasonFor(health, status, now.hub),
      fix:
        status === "pending"
          ? "Ask again in a moment: the hub is about to look."
          : "Look into the server's own log for a crash, and check that it still listens at its endpoint.",
    },
  ];
}

function answersAgain(endpoint: string, { status, nextProbeAt }: Health, now: Now): VerdictProblem {
  const inMs = Math.max(0, Math.ceil((nextProbeAt - now.hub) / 1_000));
  return {
    severity: "warning",
    code: "ANSWERS_AGAIN",
    endpoint,
    cause: `It answers now, but the hub has not seen that yet and has it as ${status}.`,
    fix: `Wait: the hub looks again within ${inMs} s. "Probe now" or POST /servers/{id}/probe is quicker.`,
  };
}

/** The same health with another reason for not being up. */
function withFinding(health: Health, finding: Finding): Health {
  if (problemOf(health) === finding) return health;
  const outcome: ProbeOutcome = { ok: false, latencyMs: 0, finding, tried: [] };
  return { ...health, outcome };
}

/** A warning in one text: the first sentence is what is so, the others what to do. */
function attention(warning: string, endpoint: string): VerdictProblem {
  const at = /[.!?] (?=\p{Lu})/u.exec(warning)?.index;
  const [cause, fix] =
    at === undefined ? [warning, ""] : [warning.slice(0, at + 1), warning.slice(at + 2)];
  return {
    severity: "warning",
    code: "ATTENTION",
    endpoint,
    cause,
    fix: fix === "" ? "Mend it in the server; the hub reads it again by itself." : fix,
  };
}

import type { Era, Finding, Transport } from "@hub/core";
import { type ProbeStep, probeSteps } from "@hub/core/probing";
import { nameKey } from "@hub/core/text";
import { createDeadline, type Dialer } from "@hub/dial";
import { explore, isWorthExploring } from "./explore.js";
import { ProbeFault } from "./fault.js";
import { type FindingSubject, type StandingOf, standingAt } from "./finding-subject.js";
import { findingFor, otherTransportFinding } from "./findings.js";
import { notSent, type TokenContext, tokenFinding } from "./findings-token.js";
import type { HandshakeResult } from "./handshake.js";
import { eraWarnings, introduction, requireIdentity } from "./identity.js";
import { inspect, redirectWarnings } from "./inspect.js";
import { type Locked, lockOf } from "./read-capabilities.js";
import { createStopwatch } from "./stopwatch.js";

/** As long as somebody who asks what is wrong likes to wait. */
export const diagnosisMs = 3_000;

export type DiagnosisRequest = {
  readonly endpoint: string;
  /** Default: streamable-http. */
  readonly transport?: Transport | undefined;
  /** The name it is or will be registered under. */
  readonly name?: string | undefined;
  readonly registeredFrom?: string | undefined;
  /** The registered server that is asked: what the hub proves itself with there goes along. Default: nothing does. */
  readonly serverId?: string | undefined;
  /** For all of it, in milliseconds. Default: `diagnosisMs`. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
};

type DiagnosisStep = {
  readonly step: ProbeStep;
  readonly state: "ok" | "failed" | "skipped";
  /** One sentence or a few words: what was seen. */
  readonly detail: string;
  readonly ms: number;
};

export type Examination = {
  /** True when the hub can use the server as it is, or could with a token. */
  readonly ok: boolean;
  readonly endpoint: string;
  readonly transport: Transport;
  readonly steps: readonly DiagnosisStep[];
  /**
   * What to fix. May be present although `ok` is true: for another transport than declared, or for a token
   * that clients need.
   */
  readonly finding?: Finding;
  readonly warnings: readonly string[];
  readonly answered?: {
    readonly transport: Transport;
    readonly needsToken: boolean;
    readonly era?: Era;
    readonly protocolVersion?: string;
    readonly supportedVersions?: readonly string[];
    readonly serverName?: string;
    readonly serverVersion?: string;
  };
};

export type Diagnose = (request: DiagnosisRequest) => Promise<Examination>;

/** Examines an endpoint step by step, and says what is wrong with it and how to fix it. */
export function createDiagnose(deps: {
  readonly dialer: Dialer;
  readonly version: string;
  /** Values in one message of a server. Default: the table's. */
  readonly mostValues?: number;
  /** Default: the hub holds no credentials. */
  readonly standingOf?: StandingOf | undefined;
}): Diagnose {
  return async (request) => {
    const subject: FindingSubject = {
      ...request,
      transport: request.transport ?? "streamable-http",
    };
    const { endpoint, transport } = subject;
    const watch = createStopwatch();
    const deadline = createDeadline(request.timeoutMs ?? diagnosisMs, request.signal);
    try {
      return await inspect(
        { ...deps, subject, deadline, trace: watch.trace },
        async (handshakeResult, reachedUrl) => {
          watch.done("mcp");
          // What answers on this machine is not the server when another machine registered it.
          requireIdentity(handshakeResult, subject, { ...subject, candidates: [] }, undefined);
          const lock =
            handshakeResult.kind === "connected"
              ? await lockOf(handshakeResult.connection, deadline.signal)
              : undefined;
          const diagnosis = healthy(handshakeResult, subject, watch.times, lock, {
            standing: standingAt(deps.standingOf, subject, reachedUrl),
            url: reachedUrl,
            serverId: subject.serverId,
          });
          const warnings = [...redirectWarnings(endpoint, reachedUrl), ...diagnosis.warnings];
          return { ...diagnosis, warnings };
        },
      );
    } catch (error) {
      if (!(error instanceof ProbeFault)) throw error;
      watch.done("mcp");
      const found = isWorthExploring(error.fault, subject)
        ? await explore({ ...deps, subject, signal: deadline.signal })
        : undefined;
      const finding = findingFor(error.fault, subject, found);
      const steps = stepsOf(watch.times, subject, finding, undefined);
      return { ok: false, endpoint, transport, steps, finding, warnings: [] };
    } finally {
      deadline.clear();
    }
  };
}

type Times = ReturnType<typeof createStopwatch>["times"];

function healthy(
  handshakeResult: HandshakeResult,
  subject: FindingSubject,
  times: Times,
  lock: Locked | undefined,
  token: TokenContext,
): Examination {
  const { endpoint, transport } = subject;
  const base = { ok: true, endpoint, transport } as const;
  if (handshakeResult.kind === "token-needed") {
    const finding = tokenFinding(handshakeResult, token);
    return {
      ...base,
      steps: stepsOf(times, subject, undefined, { mcp: finding.cause }),
      finding,
      warnings: [],
      answered: { transport: handshakeResult.transport, needsToken: true },
    };
  }
  const { greeting } = handshakeResult.connection;
  const said = introduction(greeting.serverInfo);
  const unsent = notSent(token.standing, token.url, token.serverId);
  const isOther = handshakeResult.transport !== transport;
  const details = {
    mcp: `It answers as MCP over ${handshakeResult.transport}.`,
    era: `${greeting.era}, protocol ${greeting.protocolVersion}`,
    identity:
      said.serverName === undefined
        ? "It does not say its name."
        : `It calls itself "${said.serverName}".`,
  };
  return {
    ...base,
    steps: stepsOf(times, subject, undefined, details),
    ...(isOther ? { finding: otherTransportFinding(subject, handshakeResult.transport) } : {}),
    ...(lock === undefined ? {} : { finding: tokenFinding(lock, token) }),
    warnings: [
      ...eraWarnings(handshakeResult),
      ...nameWarnings(said.serverName, subject.name),
      ...(unsent === undefined || lock !== undefined ? [] : [`${unsent.cause} ${unsent.fix}`]),
    ],
    answered: {
      transport: handshakeResult.transport,
      needsToken: lock !== undefined,
      era: greeting.era,
      protocolVersion: greeting.protocolVersion,
      ...(greeting.supportedVersions === undefined
        ? {}
        : { supportedVersions: greeting.supportedVersions }),
      ...said,
    },
  };
}

function nameWarnings(said: string | undefined, registered: string | undefined): string[] {
  if (said === undefined || registered === undefined || nameKey(said) === nameKey(registered))
    return [];
  return [
    `It calls itself "${said}", not "${registered}"; if that is not intended, another server answers there.`,
  ];
}

/** The steps in order: those before the failed one passed, those after it were not taken. */
function stepsOf(
  times: Times,
  subject: FindingSubject,
  failed: Finding | undefined,
  details: Partial<Record<ProbeStep, string>> | undefined,
): DiagnosisStep[] {
  const failedAt = failed === undefined ? probeSteps.length : probeSteps.indexOf(failed.step);
  return probeSteps.map((step, index) => {
    const ms = Math.round((times.get(step)?.ms ?? 0) * 10) / 10;
    if (index === failedAt) return { step, state: "failed", detail: failed?.cause ?? "", ms };
    if (index > failedAt) return { step, state: "skipped", detail: "Not reached.", ms: 0 };
    if (step === "tls" && !subject.endpoint.toLowerCase().startsWith("https:"))
      return { step, state: "skipped", detail: "Plain HTTP.", ms: 0 };
    const detail = details?.[step] ?? times.get(step)?.detail;
    if (detail === undefined) return { step, state: "skipped", detail: "Not reached.", ms: 0 };
    return { step, state: "ok", detail, ms };
  });
}

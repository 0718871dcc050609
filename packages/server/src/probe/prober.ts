import {
  endpointKey,
  type Finding,
  nameKey,
  type ProbeFailure,
  type ProbeOptions,
  type ProbeOutcome,
  type Prober,
  type ProbeSuccess,
  type ProbeTarget,
} from "@hub/core";
import type { Meeting } from "./contact.js";
import { createDeadline, type Deadline } from "./deadline.js";
import type { Dialer } from "./dialer.js";
import { explore, isWorthExploring } from "./explore.js";
import { type Fault, ProbeFault } from "./fault.js";
import { findingFor, otherTransportFinding } from "./findings.js";
import { isLoopbackElsewhere } from "./findings-network.js";
import { printable } from "./guarded-json.js";
import { inspect } from "./inspect.js";
import { createMemo } from "./memo.js";
import { readCapabilities } from "./read-capabilities.js";
import { type Discovery, finding, type Subject } from "./subject.js";

export type ProberDeps = {
  readonly dialer: Dialer;
  /** Of the hub, for `clientInfo`. */
  readonly version: string;
  /** For reading all capabilities of one server. Default: 10 s. */
  readonly readMs?: number;
  /** Hears of errors that nobody foresaw; the probe then counts as failed. */
  readonly onBug?: (error: unknown) => void;
};

const mostRemembered = 5_000;
const exploreAgainMs = 10_000;
const discoveryHoldsMs = 600_000;

/** Probes servers over HTTP, in both eras and over both transports. Never rejects. */
export function createProber(deps: ProberDeps): Prober {
  /** The name that last answered for an endpoint, to know the server again at a candidate URL. */
  const names = createMemo<string>(mostRemembered);
  const discoveries = createMemo<Discovery | undefined>(mostRemembered);

  async function discovery(fault: Fault, subject: Subject, options: ProbeOptions) {
    if (!isWorthExploring(fault, subject)) return undefined;
    const { endpoint } = subject;
    const known = discoveries.get(endpoint);
    const goodForMs = options.full ? exploreAgainMs : discoveryHoldsMs;
    if (!options.full || (known !== undefined && known.ageMs < goodForMs)) return known?.value;
    const found = await explore({ ...deps, subject, signal: options.signal });
    discoveries.set(endpoint, found);
    return found;
  }

  async function tryUrl(
    endpoint: string,
    target: ProbeTarget,
    options: ProbeOptions,
    deadline: Deadline,
  ): Promise<ProbeSuccess | Finding> {
    const startedAt = performance.now();
    const subject: Subject = { ...target, endpoint };
    const { dialer, version } = deps;
    try {
      // A full probe asks in the modern way first, so that an updated server is noticed.
      const knownEra = options.full ? undefined : target.knownEra;
      return await inspect({ dialer, version, subject, deadline, knownEra }, async (meeting) => {
        const latencyMs = performance.now() - startedAt;
        const known = names.get(target.endpoint)?.value;
        requireIdentity(meeting, subject, target, known);
        const success = await succeed(meeting, subject, latencyMs, options);
        if (success.serverName !== undefined) names.set(target.endpoint, success.serverName);
        return success;
      });
    } catch (error) {
      if (!(error instanceof ProbeFault)) throw error;
      return findingFor(error.fault, subject, await discovery(error.fault, subject, options));
    }
  }

  async function succeed(
    meeting: Meeting,
    subject: Subject,
    latencyMs: number,
    options: ProbeOptions,
  ): Promise<ProbeSuccess> {
    const { endpoint } = subject;
    const { transport } = meeting;
    const warnings =
      transport === subject.transport ? [] : [inOne(otherTransportFinding(subject, transport))];
    const base = { ok: true, endpoint, transport, latencyMs } as const;
    if (meeting.kind === "token-needed") return { ...base, needsToken: true, warnings };
    warnings.push(...eraWarnings(meeting));
    const { greeting } = meeting.contact;
    const said = introduction(greeting.serverInfo);
    const success = {
      ...base,
      needsToken: false,
      era: greeting.era,
      protocolVersion: greeting.protocolVersion,
      ...said,
    };
    if (!options.full) return { ...success, warnings };
    const reading = createDeadline(deps.readMs ?? 10_000, options.signal);
    try {
      const { snapshot, warnings: more } = await readCapabilities(meeting.contact, reading.signal);
      return {
        ...success,
        warnings: [...warnings, ...more],
        ...(snapshot === undefined ? {} : { snapshot }),
      };
    } finally {
      reading.clear();
    }
  }

  async function probe(target: ProbeTarget, options: ProbeOptions): Promise<ProbeOutcome> {
    const startedAt = performance.now();
    const deadline = createDeadline(options.timeoutMs, options.signal);
    const tried: ProbeFailure["tried"][number][] = [];
    try {
      const given = [target.endpoint, ...target.candidates];
      const urls = new Map(given.map((url) => [endpointKey(url), url]));
      for (const endpoint of urls.values()) {
        const left = urls.size - tried.length;
        // The endpoint itself gets half of the time, so that one that hangs leaves some for the others.
        const share = left === 1 ? 1 : tried.length === 0 ? 0.5 : 1 / left;
        const limit = deadline.within(deadline.remainingMs() * share);
        const result = await tryUrl(endpoint, target, options, limit).finally(limit.clear);
        if ("ok" in result) return result;
        tried.push({ endpoint, finding: result });
        if (options.signal?.aborted === true) break;
      }
    } catch (error) {
      deps.onBug?.(error);
      tried.push({ endpoint: target.endpoint, finding: hubFailed });
    } finally {
      deadline.clear();
    }
    return {
      ok: false,
      latencyMs: performance.now() - startedAt,
      finding: tried[0]?.finding ?? hubFailed,
      tried,
    };
  }

  return { probe };
}

const hubFailed = finding(
  "mcp",
  "NOT_MCP",
  "The hub could not make sense of the server's answer.",
  "Report this with the hub's log; the hub goes on without this server.",
);

/** Who speaks, in text that is safe to show. */
export function introduction(info: Readonly<Record<string, unknown>>) {
  const name = typeof info.name === "string" ? printable(info.name, 200) : "";
  const version = typeof info.version === "string" ? printable(info.version, 100) : "";
  return {
    ...(name === "" ? {} : { serverName: name }),
    ...(version === "" ? {} : { serverVersion: version }),
  };
}

/** At a URL that may be somebody else's, only a server of the right name counts. Throws ProbeFault. */
function requireIdentity(
  meeting: Meeting,
  subject: Subject,
  target: ProbeTarget,
  known: string | undefined,
): void {
  const isGiven = subject.endpoint === target.endpoint;
  if (isGiven && !isLoopbackElsewhere(subject)) return;
  const said =
    meeting.kind === "met"
      ? introduction(meeting.contact.greeting.serverInfo).serverName
      : undefined;
  const names = [target.name, known].flatMap((name) => (name === undefined ? [] : [nameKey(name)]));
  if (said !== undefined && names.includes(nameKey(said))) return;
  throw new ProbeFault({ kind: "other-server", name: said });
}

export function eraWarnings(meeting: Meeting): string[] {
  if (meeting.kind !== "met" || meeting.contact.greeting.era !== "legacy") return [];
  const failed = meeting.earlier.find(
    (fault) => fault.kind === "dial" || (fault.kind === "status" && fault.status >= 500),
  );
  if (failed === undefined) return [];
  const how =
    failed.kind === "status" ? `answers it with HTTP ${failed.status}` : "does not answer it";
  return [
    `Clients of the 2026-07-28 revision cannot connect: they ask server/discover first, and it ${how} instead of an MCP error. (An SDK v1 server must not be given to createMcpHandler of SDK v2.)`,
  ];
}

function inOne({ cause, fix }: Finding): string {
  return `${cause} ${fix}`;
}

import {
  BudgetBook,
  type CapabilitySnapshot,
  type Finding,
  type ProbeOutcome,
  type Prober,
  type ProbeTarget,
  type Transport,
} from "@hub/core";
import {
  endpointKey,
  type ProbeFailure,
  type ProbeOptions,
  type ProbeSuccess,
} from "@hub/core/probing";
import { createDeadline, type Deadline, type Dialer } from "@hub/dial";
import { callLockOf } from "./call-lock.js";
import { explore, isWorthExploring } from "./explore.js";
import { type Fault, ProbeFault } from "./fault.js";
import {
  type Discovery,
  type FindingSubject,
  finding,
  type StandingOf,
  standingAt,
} from "./finding-subject.js";
import { findingFor, otherTransportFinding } from "./findings.js";
import { notSent, tokenFinding } from "./findings-token.js";
import type { HandshakeResult } from "./handshake.js";
import { eraWarnings, introduction, requireIdentity } from "./identity.js";
import { inspect, redirectWarnings } from "./inspect.js";
import { createMemo, within } from "./memo.js";
import { readCapabilities } from "./read-capabilities.js";
import type { TaskSupport } from "./task-support.js";
import type { KeptSession } from "./wire.js";

export type ProberDeps = {
  readonly dialer: Dialer;
  /** Of the hub, for `clientInfo`. */
  readonly version: string;
  /** What a server may offer. Default: the table's. */
  readonly budgets?: BudgetBook | undefined;
  /** What of a server's lists clients do not get as it is written, a sentence each. Default: nothing is said. */
  readonly listProblems?: (snapshot: CapabilitySnapshot) => readonly string[];
  /** Default: the hub holds no credentials. */
  readonly standingOf?: StandingOf | undefined;
  /** For reading all capabilities of one server. Default: 30 s. */
  readonly readMs?: number;
  /** Called with an unexpected error; the probe then counts as failed. */
  readonly onBug?: (error: unknown) => void;
};

type Tried = ProbeFailure["tried"][number];

/** What last answered for an endpoint: to ask in the right way, and to know it again at a candidate URL. */
type Seen = { readonly transport: Transport; readonly serverName: string | undefined };

const mostRemembered = 5_000;
const exploreAgainMs = 10_000;

/** Probes servers over HTTP, in both eras and over both transports. Never rejects. */
export function createProber(deps: ProberDeps): Prober {
  const budgets = deps.budgets ?? new BudgetBook();
  const mostValues = budgets.limit("messageValues");
  const seen = createMemo<Seen>(mostRemembered);
  const kept = createMemo<KeptSession | undefined>(mostRemembered);
  const taskSupport = createMemo<TaskSupport>(mostRemembered);
  const discoveries = createMemo<Discovery | undefined>(mostRemembered);

  /** Where the server may be instead: looked for by full probes, remembered for the others. */
  async function discovery(fault: Fault, subject: FindingSubject, options: ProbeOptions) {
    if (!isWorthExploring(fault, subject)) return undefined;
    const { endpoint } = subject;
    const known = discoveries.get(endpoint);
    const isFresh = known !== undefined && known.ageMs < exploreAgainMs;
    if (!options.full || isFresh) return known?.value;
    const found = await explore({ ...deps, subject, signal: options.signal });
    discoveries.set(endpoint, found);
    return found;
  }

  async function tryUrl(
    endpoint: string,
    target: ProbeTarget,
    options: ProbeOptions,
    deadline: Deadline,
  ): Promise<ProbeSuccess | Fault> {
    const startedAt = performance.now();
    const subject: FindingSubject = { ...target, endpoint };
    const last = seen.get(target.endpoint)?.value;
    // A full probe asks as if nothing were known, so that an updated server is noticed.
    const known = options.full
      ? {}
      : { knownEra: target.knownEra, knownTransport: last?.transport };
    try {
      const mostBytes = options.full ? budgets.limit("snapshotBytes") : undefined;
      // What one server's credentials opened is no other server's, though both are at one URL.
      const own = within(kept, target.serverId ?? "");
      const how = { ...deps, ...known, subject, deadline, mostBytes, mostValues, kept: own };
      return await inspect(how, async (handshakeResult, reachedUrl) => {
        const latencyMs = performance.now() - startedAt;
        requireIdentity(handshakeResult, subject, target, last?.serverName);
        const success = await succeed(
          handshakeResult,
          subject,
          reachedUrl,
          latencyMs,
          options,
          target.isCallRefused,
        );
        const { transport, serverName = last?.serverName } = success;
        seen.set(target.endpoint, { transport, serverName });
        return success;
      });
    } catch (error) {
      if (error instanceof ProbeFault) return error.fault;
      throw error;
    }
  }

  async function succeed(
    handshakeResult: HandshakeResult,
    subject: FindingSubject,
    endpoint: string,
    latencyMs: number,
    options: ProbeOptions,
    isCallRefused: boolean | undefined,
  ): Promise<ProbeSuccess> {
    const { transport } = handshakeResult;
    const warnings = redirectWarnings(subject.endpoint, endpoint);
    if (transport !== subject.transport)
      warnings.push(inOne(otherTransportFinding(subject, transport)));
    const base = { ok: true, endpoint, transport, latencyMs } as const;
    const { serverId } = subject;
    const token = {
      standing: standingAt(deps.standingOf, subject, endpoint),
      url: endpoint,
      serverId,
    };
    if (handshakeResult.kind === "token-needed")
      return { ...base, needsToken: true, finding: tokenFinding(handshakeResult, token), warnings };
    warnings.push(...eraWarnings(handshakeResult));
    const { greeting } = handshakeResult.connection;
    const said = introduction(greeting.serverInfo);
    const success = {
      ...base,
      needsToken: false,
      era: greeting.era,
      protocolVersion: greeting.protocolVersion,
      ...said,
    };
    const unsent = notSent(token.standing, endpoint, serverId);
    const withheld = unsent === undefined ? [] : [inOne(unsent)];
    if (!options.full && isCallRefused !== true)
      return { ...success, warnings: [...warnings, ...withheld] };
    const { connection } = handshakeResult;
    const reading = createDeadline(deps.readMs ?? 30_000, options.signal);
    try {
      const {
        warnings: more,
        locked,
        ...read
      } = options.full
        ? await readCapabilities(connection, reading, budgets, {
            key: endpoint,
            known: taskSupport,
          })
        : { warnings: [] };
      const isAsked = locked === undefined && isCallRefused === true;
      const shut = isAsked ? await callLockOf(connection, reading.signal) : locked;
      const lock =
        shut === undefined
          ? { letsCallsIn: isAsked }
          : shut === "unknown"
            ? {}
            : { needsToken: true, finding: tokenFinding(shut, token) };
      warnings.push(...more);
      if (!("needsToken" in lock)) warnings.push(...withheld);
      if (read.snapshot !== undefined) warnings.push(...(deps.listProblems?.(read.snapshot) ?? []));
      return { ...success, ...lock, warnings, ...read };
    } finally {
      reading.clear();
    }
  }

  async function tryAll(
    target: ProbeTarget,
    options: ProbeOptions,
    deadline: Deadline,
  ): Promise<ProbeSuccess | Tried[]> {
    const given = [target.endpoint, ...target.candidates];
    const urls = new Map(given.map((url) => [endpointKey(url), url]));
    const faults: { readonly subject: FindingSubject; readonly fault: Fault }[] = [];
    for (const endpoint of urls.values()) {
      const left = urls.size - faults.length;
      // The endpoint itself gets half of the time, so that one that hangs leaves some for the others.
      const share = left === 1 ? 1 : faults.length === 0 ? 0.5 : 1 / left;
      const limit = deadline.within(deadline.remainingMs() * share);
      const result = await tryUrl(endpoint, target, options, limit).finally(limit.clear);
      if ("ok" in result) return result;
      faults.push({ subject: { ...target, endpoint }, fault: result });
      if (options.signal?.aborted === true) break;
    }
    // Only the endpoint itself was meant to be right.
    const [first] = faults;
    const found = first && (await discovery(first.fault, first.subject, options));
    const tried = faults.map(({ subject, fault }, index) => ({
      endpoint: subject.endpoint,
      finding: findingFor(fault, subject, index === 0 ? found : undefined),
    }));
    const [wrong] = tried;
    if (found === undefined || wrong === undefined || options.signal?.aborted === true)
      return tried;
    // Without a name, nothing tells that it is the same server.
    if (target.name === undefined) return tried;
    const result = await tryUrl(
      found.endpoint,
      { ...target, transport: found.transport },
      options,
      deadline,
    );
    if (!("ok" in result)) return tried;
    return { ...result, warnings: [inOne(wrong.finding), ...result.warnings] };
  }

  async function probe(target: ProbeTarget, options: ProbeOptions): Promise<ProbeOutcome> {
    const startedAt = performance.now();
    const deadline = createDeadline(options.timeoutMs, options.signal);
    let tried: Tried[] = [];
    try {
      const result = await tryAll(target, options, deadline);
      if ("ok" in result) return result;
      tried = result;
    } catch (error) {
      deps.onBug?.(error);
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
  "HUB_FAULT",
  "The hub failed while it probed this server. This is a fault of the hub, not of the server.",
  "Report this with the hub's log. The hub probes again by itself.",
);

function inOne({ cause, fix }: Pick<Finding, "cause" | "fix">): string {
  return `${cause} ${fix}`;
}

import type { Transport } from "./endpoint.js";
import type { CapabilityKind, CapabilitySnapshot, Era } from "./snapshot.js";

/** How far a probe comes, in this order. */
export const probeSteps = ["resolve", "connect", "tls", "http", "mcp", "era", "identity"] as const;
/** How far a probe came before it failed. */
export type ProbeStep = (typeof probeSteps)[number];

/** The causes that the hub can tell apart. */
export const findingCodes = [
  "NAME_NOT_RESOLVED",
  "ADDRESS_DENIED",
  "NOTHING_LISTENS",
  "CONNECT_FAILED",
  "CONNECTION_RESET",
  "TOO_SLOW",
  "LOOPBACK_ELSEWHERE",
  "LOOPBACK_IN_CONTAINER",
  "TLS_FAILED",
  "TLS_EXPECTED",
  "PLAIN_HTTP_EXPECTED",
  "REDIRECT",
  "WRONG_PATH",
  "WRONG_TRANSPORT",
  "HOST_REFUSED",
  "NEEDS_TOKEN",
  "CREDENTIAL_REFUSED",
  "CREDENTIAL_NOT_SENT",
  "SERVER_ERROR",
  "NOT_MCP",
  "ANSWER_TOO_LARGE",
  "NO_COMMON_VERSION",
  "HUB_ITSELF",
  "OTHER_SERVER",
  "HUB_FAULT",
] as const;
/** Names a cause, for programs. */
export type FindingCode = (typeof findingCodes)[number];

/** Why an endpoint does not work, in words for the person who can mend it. */
export type Finding = {
  readonly step: ProbeStep;
  readonly code: FindingCode;
  /** One sentence: what happened. Never holds text of the answer's body. */
  readonly cause: string;
  /** One sentence: what to do. */
  readonly fix: string;
  /** A URL or transport that does answer as MCP, when the probe found one. */
  readonly suggestion?: { readonly endpoint?: string; readonly transport?: Transport };
};

/** One endpoint to look at. */
export type ProbeTarget = {
  /** The server that it is: what the hub proves itself with there goes along. Default: nothing does. */
  readonly serverId?: string | undefined;
  readonly endpoint: string;
  readonly transport: Transport;
  /** Other URLs of the same instance, tried in order when the endpoint cannot be reached. */
  readonly candidates: readonly string[];
  /** The name it is registered under. */
  readonly name?: string | undefined;
  /** The address the registration came from. */
  readonly registeredFrom?: string | undefined;
  /** What answered last time, so that the probe need not ask both ways. */
  readonly knownEra?: Era | undefined;
  /** A call was refused for want of a token: a full probe asks whether that is so for all calls. */
  readonly isCallRefused?: boolean | undefined;
};

/** The server answered, at the endpoint or at one of the candidates. */
export type ProbeSuccess = {
  readonly ok: true;
  /** The URL that answered: the endpoint or one of the candidates. */
  readonly endpoint: string;
  readonly transport: Transport;
  readonly latencyMs: number;
  /** The server is alive but wants a token before it says more, or what it offers. */
  readonly needsToken: boolean;
  /** With `needsToken`: what was refused, and what to do. */
  readonly finding?: Finding | undefined;
  /** It was asked whether it lets calls in, and does. */
  readonly letsCallsIn?: boolean | undefined;
  readonly era?: Era | undefined;
  readonly protocolVersion?: string | undefined;
  readonly serverName?: string | undefined;
  readonly serverVersion?: string | undefined;
  /** What works but should be mended: another transport than declared, a limit that was hit. */
  readonly warnings: readonly string[];
  /** Read only by a full probe, and missing when the server would not tell. */
  readonly snapshot?: CapabilitySnapshot | undefined;
  /** Lists that could not be read, which warnings say: of them the snapshot has nothing. */
  readonly unread?: readonly CapabilityKind[] | undefined;
  /** It offers more than a budget of the hub, which a warning names: no reason to read it again soon. */
  readonly isOverBudget?: boolean | undefined;
};

/** Nothing that speaks MCP answered. */
export type ProbeFailure = {
  readonly ok: false;
  readonly latencyMs: number;
  readonly finding: Finding;
  /** Every URL that was tried, with what came of it. */
  readonly tried: readonly { readonly endpoint: string; readonly finding: Finding }[];
};

/** What a probe found: that the server answers, or why not. */
export type ProbeOutcome = ProbeSuccess | ProbeFailure;

/** How much a probe looks at, and what is known from before. */
export type ProbeOptions = {
  /** Also read all tools, resources, templates and prompts. */
  readonly full: boolean;
  /** For the liveness part; reading capabilities has a limit of its own (30 s in all). */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
};

/** Codes of URLs that led nowhere at all. */
const nowhere: readonly FindingCode[] = ["NOTHING_LISTENS", "NAME_NOT_RESOLVED", "ADDRESS_DENIED"];

/** Whether a probe found the endpoint closed, and no candidate that is slow instead. */
export function nothingListened({ finding, tried }: ProbeFailure): boolean {
  return (
    finding.code === "NOTHING_LISTENS" && tried.every((one) => nowhere.includes(one.finding.code))
  );
}

const refused: readonly FindingCode[] = [
  "NOTHING_LISTENS",
  "CONNECT_FAILED",
  "CONNECTION_RESET",
  "LOOPBACK_IN_CONTAINER",
];

/** Whether a probe was refused or broken off at the endpoint, and found no candidate that is slow instead. */
export function wasRefused({ finding, tried }: ProbeFailure): boolean {
  return (
    refused.includes(finding.code) &&
    tried.every((one) => [...nowhere, ...refused].includes(one.finding.code))
  );
}

/**
 * Whether a server is gone from where it was registered: each address of its endpoint refuses the
 * connection, and nothing accepts one at a candidate. False when that is not known within `timeoutMs`:
 * slow is not gone. Never rejects.
 */
export type NothingListens = (target: ProbeTarget, timeoutMs: number) => Promise<boolean>;

/** Asks servers whether they live and what they offer. Never rejects: every failure is an outcome. */
export interface Prober {
  probe(target: ProbeTarget, options: ProbeOptions): Promise<ProbeOutcome>;
}

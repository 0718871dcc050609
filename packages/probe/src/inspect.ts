import type { Era, Transport } from "@hub/core";
import {
  byteBudget,
  type ConnectTrace,
  type Deadline,
  type Dialer,
  giveLimit,
  mostRedirects,
} from "@hub/dial";
import { mostAnswerBytes } from "./answer.js";
import { type Fault, ProbeFault } from "./fault.js";
import type { FindingSubject } from "./finding-subject.js";
import { type HandshakeResult, handshake } from "./handshake.js";
import type { Memo } from "./memo.js";
import type { KeptSession } from "./wire.js";

export type InspectOptions = {
  readonly dialer: Dialer;
  readonly version: string;
  readonly subject: FindingSubject;
  readonly deadline: Deadline;
  readonly knownEra?: Era | undefined;
  /** The transport that worked last time. Default: the declared one. */
  readonly knownTransport?: Transport | undefined;
  /** What the server may answer in all, once it is greeted. Default: what a greeting may take. */
  readonly mostBytes?: number | undefined;
  readonly trace?: ConnectTrace;
  /** Values in one message of the server. Default: the table's. */
  readonly mostValues?: number | undefined;
  /** Sessions that servers do not let the hub end, by URL. Default: none is kept. */
  readonly kept?: Memo<KeptSession | undefined> | undefined;
};

/**
 * Meets the server at an endpoint and lets `use` talk with it, over connections that are all closed
 * afterwards. `use` hears the URL where the server was reached: a redirect on the same origin is followed. Throws
 * ProbeFault.
 */
export async function inspect<T>(
  options: InspectOptions,
  use: (handshakeResult: HandshakeResult, endpoint: string) => Promise<T>,
): Promise<T> {
  let { endpoint } = options.subject;
  for (let redirects = 0; ; redirects += 1) {
    const at = endpoint;
    try {
      return await inspectAt(at, options, (handshakeResult) => use(handshakeResult, at));
    } catch (error) {
      const fault = error instanceof ProbeFault ? error.fault : undefined;
      const next = fault?.kind === "redirect" ? fault.follow : undefined;
      if (next === undefined || redirects === mostRedirects) throw error;
      endpoint = next;
    }
  }
}

/** What is worth knowing of a server that was reached elsewhere than it was registered. */
export function redirectWarnings(registered: string, reachedUrl: string): string[] {
  if (reachedUrl === registered) return [];
  return [
    `${registered} redirects to ${reachedUrl}, so the hub calls it there. Register ${reachedUrl} to save every client the detour.`,
  ];
}

async function inspectAt<T>(
  endpoint: string,
  options: InspectOptions,
  use: (handshakeResult: HandshakeResult) => Promise<T>,
): Promise<T> {
  const { subject, deadline, knownEra, version, mostValues } = options;
  const transport = options.knownTransport ?? subject.transport;
  const dialer = options.dialer.separate({ trace: options.trace, serverId: subject.serverId });
  try {
    const wire = {
      dialer,
      url: endpoint,
      version,
      budget: byteBudget(mostAnswerBytes),
      mostValues,
      kept: options.kept,
    };
    const handshakeResult = await handshake({ wire, transport, knownEra, deadline });
    if (options.mostBytes !== undefined) giveLimit(wire.budget, options.mostBytes);
    try {
      return await use(handshakeResult);
    } finally {
      if (handshakeResult.kind === "connected") await handshakeResult.connection.wire.end();
    }
  } catch (error) {
    if (!(error instanceof ProbeFault)) throw error;
    throw (await isPlainToTls(error.fault, endpoint, dialer, deadline))
      ? new ProbeFault({ kind: "tls-expected" })
      : error;
  } finally {
    await dialer.close();
  }
}

/** Whether a plain request failed because the server waits for a TLS handshake. */
async function isPlainToTls(
  fault: Fault,
  endpoint: string,
  dialer: Dialer,
  deadline: Deadline,
): Promise<boolean> {
  const isPlain = endpoint.toLowerCase().startsWith("http://");
  const isTypical =
    (fault.kind === "dial" &&
      fault.error.step === "http" &&
      fault.error.code !== "TIMEOUT" &&
      fault.error.code !== "HUB_ITSELF") ||
    (fault.kind === "status" && !fault.isRpc && fault.status === 400);
  if (!isPlain || !isTypical) return false;
  try {
    return await dialer.speaksTls(endpoint, deadline.signal);
  } catch {
    return false;
  }
}

import type { ProbeTarget } from "@hub/core";
import { nameKey } from "@hub/core/text";
import { ProbeFault } from "./fault.js";
import type { FindingSubject } from "./finding-subject.js";
import { isLoopbackElsewhere } from "./findings-network.js";
import { printable } from "./guarded-json.js";
import type { HandshakeResult } from "./handshake.js";

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
export function requireIdentity(
  handshakeResult: HandshakeResult,
  subject: FindingSubject,
  target: ProbeTarget,
  known: string | undefined,
): void {
  const isGiven = subject.endpoint === target.endpoint;
  if (isGiven && !isLoopbackElsewhere(subject)) return;
  const said =
    handshakeResult.kind === "connected"
      ? introduction(handshakeResult.connection.greeting.serverInfo).serverName
      : undefined;
  const names = [target.name, known].flatMap((name) => (name === undefined ? [] : [nameKey(name)]));
  if (said !== undefined && names.includes(nameKey(said))) return;
  throw new ProbeFault({ kind: "other-server", name: said });
}

export function eraWarnings(handshakeResult: HandshakeResult): string[] {
  if (handshakeResult.kind !== "connected" || handshakeResult.connection.greeting.era !== "legacy")
    return [];
  const failed = handshakeResult.earlier.find(
    (fault) => fault.kind === "dial" || (fault.kind === "status" && fault.status >= 500),
  );
  if (failed === undefined) return [];
  const how =
    failed.kind === "status" ? `answers it with HTTP ${failed.status}` : "does not answer it";
  return [
    `Clients of the 2026-07-28 revision cannot connect: they send server/discover first, and it ${how}. Make it answer with an MCP error. (An SDK v1 server must not be given to createMcpHandler of SDK v2.)`,
  ];
}

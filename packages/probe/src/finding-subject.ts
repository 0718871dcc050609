import type { Finding, FindingCode, Transport } from "@hub/core";
import type { CredentialStanding, ProbeStep } from "@hub/core/probing";

/** What a finding may speak of. */
export type FindingSubject = {
  readonly endpoint: string;
  readonly transport: Transport;
  readonly name?: string | undefined;
  readonly registeredFrom?: string | undefined;
  /** The server that it is, where it is one. */
  readonly serverId?: string | undefined;
};

/** Says how the hub stands with its credentials for a server at a URL. */
export type StandingOf = (serverId: string, url: string) => CredentialStanding;

/** How it stands at a subject: without a server there are none. */
export function standingAt(
  standingOf: StandingOf | undefined,
  { serverId }: FindingSubject,
  url: string,
): CredentialStanding {
  return (serverId === undefined ? undefined : standingOf?.(serverId, url)) ?? { kind: "none" };
}

/** A URL of the same origin that answers as MCP. */
export type Discovery = { readonly endpoint: string; readonly transport: Transport };

export function finding(
  step: ProbeStep,
  code: FindingCode,
  cause: string,
  fix: string,
  suggestion?: Finding["suggestion"],
): Finding {
  return { step, code, cause, fix, ...(suggestion === undefined ? {} : { suggestion }) };
}

import type { Finding, FindingCode, Transport } from "@hub/core";
import type { ProbeStep } from "@hub/core/probing";

/** What a finding may speak of. */
export type FindingSubject = {
  readonly endpoint: string;
  readonly transport: Transport;
  readonly name?: string | undefined;
  readonly registeredFrom?: string | undefined;
};

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

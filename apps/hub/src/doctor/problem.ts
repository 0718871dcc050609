import type { Diagnosis } from "@hub/client";

/** What the command line finds beside what the hub does. */
export type ClientProblemCode =
  | "HUB_AWAY"
  | "NOT_A_HUB"
  | "URL_IS_MCP"
  | "HOST_REFUSED"
  | "PROXY_IN_BETWEEN"
  | "PROXY_SET"
  | "TOKEN_MISSING"
  | "TOKEN_REFUSED"
  | "TOKEN_TOO_SMALL"
  | "HUB_FAILS"
  | "HUB_NOT_READY"
  | "HUB_PROTECTED"
  | "HUB_SILENT"
  | "ANOTHER_KEY"
  | "CLOCKS_APART"
  | "TWO_HUBS"
  | "OTHER_HUB"
  | "NOT_REGISTERED"
  | "ONLY_FROM_HERE"
  | "ONLY_FROM_HUB";

/** A reason why something does not work, as the hub's own doctor gives them. */
export type ClientProblem = {
  readonly severity: "fault" | "warning";
  readonly code: ClientProblemCode;
  readonly cause: string;
  readonly fix: string;
};

export type AnyProblem = ClientProblem | Diagnosis["problems"][number];

export const fault = (code: ClientProblemCode, cause: string, fix: string): ClientProblem => ({
  severity: "fault",
  code,
  cause,
  fix,
});

export const warning = (code: ClientProblemCode, cause: string, fix: string): ClientProblem => ({
  severity: "warning",
  code,
  cause,
  fix,
});

import { HubClientError } from "@hub/client";
import { HubError } from "@hub/core";
import { CommandError, type FailureKind } from "./command-error.js";
import { type ExitCode, exitCodes } from "./exit-codes.js";

/** A failure in words, for a person and for a program. */
export interface Failure {
  readonly exitCode: ExitCode;
  readonly code: string;
  readonly message: string;
  /** The HTTP status of the hub's answer, when there was one. */
  readonly status?: number;
  /** What exactly is wrong with what was sent. */
  readonly problems?: readonly string[];
}

function kindOfAnswer({ status, code }: HubClientError): FailureKind {
  if (status === 0 || code === "NOT_A_HUB" || code === "NOT_UP") return "unreachable";
  // What stands before a hub that is not there says so without a code.
  if (code === "HTTP_ERROR" && [502, 503, 504].includes(status)) return "unreachable";
  if (status === 404) return "notFound";
  if (status === 400 || status === 413 || status === 415) return "usage";
  return status < 500 ? "refused" : "failed";
}

function problemsIn(problem: Readonly<Record<string, unknown>>): readonly string[] {
  const errors: readonly unknown[] = Array.isArray(problem.errors) ? problem.errors : [];
  return errors.flatMap((error) => {
    if (typeof error !== "object" || error === null) return [];
    const { pointer, detail } = error as Readonly<Record<string, unknown>>; // an object, just seen
    return typeof detail === "string"
      ? [typeof pointer === "string" && pointer !== "" ? `${pointer}: ${detail}` : detail]
      : [];
  });
}

/** What the person at a terminal does about a token that is missing, invalid, or may not do this. */
function tokenAdvice({ code, problem }: HubClientError): string {
  const given = "Set MCP_HUB_TOKEN, or MCP_HUB_TOKEN_FILE to a file with it.";
  if (code === "UNAUTHENTICATED")
    return ` ${given} An admin makes a token with: mcp-hub token create <name> --may call`;
  if (code !== "INSUFFICIENT_SCOPE" || typeof problem.scope !== "string") return "";
  const action = problem.scope.replace("hub:", "");
  return ` Use a token that has it. ${given} An admin makes one with: mcp-hub token create <name> --may ${action}`;
}

/** Puts what a command threw into words. What nobody expected is a bug, and is told with its trace. */
export function describeFailure(error: unknown): Failure {
  if (error instanceof CommandError)
    return { exitCode: exitCodes[error.kind], code: error.code, message: error.message };
  if (HubClientError.is(error)) {
    const problems = problemsIn(error.problem);
    return {
      exitCode: exitCodes[kindOfAnswer(error)],
      code: error.code,
      message: error.detail + tokenAdvice(error),
      ...(error.status === 0 ? {} : { status: error.status }),
      ...(problems.length === 0 ? {} : { problems }),
    };
  }
  if (HubError.is(error))
    return { exitCode: exitCodes.failed, code: error.code, message: error.message };
  const trace = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { exitCode: exitCodes.failed, code: "BUG", message: `A bug in MCP Hub: ${trace}` };
}

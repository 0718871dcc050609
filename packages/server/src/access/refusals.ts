import { HubError } from "@hub/core";
import {
  type Action,
  insufficientScope,
  may,
  type Principal,
  type Subject,
} from "@hub/core/access";

/** Whoever asks has to say who it is. */
export function unauthenticated(): HubError {
  return new HubError(
    "UNAUTHENTICATED",
    "This hub has to know who is asking. Send a token: `Authorization: Bearer <token>`.",
    { details: { credential: "missing" } },
  );
}

/** What was sent to say who is asking does not, or no longer. `detail` says no more than its sender may know. */
export function invalidCredential(detail: string): HubError {
  return new HubError("UNAUTHENTICATED", detail, { details: { credential: "invalid" } });
}

/** Throws INSUFFICIENT_SCOPE, or UNAUTHENTICATED, when somebody may not do this. */
export function requireMay(principal: Principal, action: Action, subject: Subject): void {
  if (may(principal, action, subject)) return;
  throw principal.kind === "anonymous" ? unauthenticated() : insufficientScope(action);
}

/** The parameters of `WWW-Authenticate` for an error; undefined for one that no credential would change. */
function parametersOf({ code, details }: HubError): Record<string, string> | undefined {
  if (code === "UNAUTHENTICATED")
    return details.credential === "missing" ? {} : { error: "invalid_token" };
  if (code !== "INSUFFICIENT_SCOPE") return undefined;
  return { error: "insufficient_scope", scope: String(details.scope) };
}

/**
 * The value of `WWW-Authenticate` for an error (RFC 6750), with parameters of the hub's own behind, which change
 * none of those that the error has; undefined for an error that no credential would change.
 */
export function challengeOf(
  error: HubError,
  more: Readonly<Record<string, string>> = {},
): string | undefined {
  const own = parametersOf(error);
  if (own === undefined) return undefined;
  const parameters = Object.entries({ realm: "mcp-hub", ...own, ...more, ...own });
  const quoted = (value: string) => value.replace(/[\\"]/g, "\\$&");
  return `Bearer ${parameters.map(([name, value]) => `${name}="${quoted(value)}"`).join(", ")}`;
}

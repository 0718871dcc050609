import type { CodeFlow } from "./code-flow.js";
import type { Sessions } from "./sessions.js";

/** How people sign in to the page. */
export type SignIn = {
  readonly sessions: Sessions;
  /** Signing in with the issuer. Default: only with tokens. */
  readonly flow?: CodeFlow | undefined;
  /** The issuer that people sign in with. */
  readonly issuer?: string | undefined;
  /** Its tokens have scopes of the hub. Default: true. */
  readonly usesScopes?: boolean | undefined;
  /** Hears why somebody could not sign in with the issuer. */
  readonly onFailure: (error: string) => void;
};

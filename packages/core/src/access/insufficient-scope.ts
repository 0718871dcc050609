import { HubError } from "../errors.js";
import type { Action } from "./principal.js";

/** The error for somebody who is known and may not do this; `subject` says with what, where that helps. */
export function insufficientScope(action: Action, subject?: string): HubError {
  const scope = `hub:${action}`;
  const what = subject === undefined ? "" : ` for ${subject}`;
  return new HubError(
    "INSUFFICIENT_SCOPE",
    `This needs the right to ${action} (${scope})${what}, which you do not have here.`,
    { details: { scope } },
  );
}

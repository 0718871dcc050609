import type { ServerSummary } from "@hub/api";
import { Badge } from "../parts/panels.js";

/** Says of a server that it is not let in; nothing of the others. */
export function AdmissionBadge({ admission }: Pick<ServerSummary, "admission">) {
  if (admission === undefined) return null;
  return <Badge tone={admission.state === "waiting" ? "warn" : "bad"}>{admission.state}</Badge>;
}

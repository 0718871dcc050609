import type { Diagnosis } from "@hub/api";
import type { Entry } from "@hub/core";
import { may, type Principal, type SeenServers, subjectOf } from "@hub/core/access";
import { requireMay } from "../access/refusals.js";
import { closedTo } from "../access/routes.js";
import type { AppDeps } from "../api/ports.js";
import { maySeeEntry } from "../api/seen.js";
import { seenCall, seesCounted } from "../api/seen-calls.js";
import type { DoctorRequest } from "./doctor.js";

/** What the doctor is asked through. */
export type AskAsDeps = Pick<AppDeps, "doctor" | "sights" | "checkEndpoint">;

/**
 * A diagnosis for somebody, at whichever door it asks: about servers that it may call, with what it sees of them.
 * Throws what `Doctor.ask` throws, and INSUFFICIENT_SCOPE, UNAUTHENTICATED and what `checkEndpoint` throws.
 */
export async function askAs(
  principal: Principal,
  asked: DoctorRequest,
  { doctor, sights, checkEndpoint }: AskAsDeps,
): Promise<Diagnosis> {
  if (asked.endpoint !== undefined) {
    // It makes the hub connect to wherever somebody says, as a registration would.
    const closed = closedTo(principal, "register");
    if (closed !== undefined) throw closed;
    checkEndpoint(asked.endpoint);
  }
  const seen = sights.of(principal);
  const sees = (entry: Entry) =>
    maySeeEntry(principal, entry.record) && (asked.sees?.(entry) ?? true);
  const diagnosis = await doctor.ask({
    ...asked,
    sees,
    seesCall: (call) => seesCounted(seen, call),
    // A look at a server is a request to it, as a call is.
    check: ({ record }) => requireMay(principal, "call", subjectOf(record)),
  });
  return seenDiagnosis(diagnosis, seen, principal);
}

/**
 * A diagnosis as somebody sees it: the last lines of an instance are for admins of its server and for who
 * registered it, and changes of its tools for those who see these.
 */
function seenDiagnosis(diagnosis: Diagnosis, seen: SeenServers, asker: Principal): Diagnosis {
  const [server] = diagnosis.servers;
  const entry = server === undefined ? undefined : seen.get(server.id);
  if (entry === undefined) return { ...diagnosis, calls: [], changes: [], logs: [] };
  const { record } = entry;
  const isAdmin = may(asker, "admin", subjectOf(record));
  const own = new Set(
    record.instances.filter((one) => one.registeredBy?.id === asker.id).map(({ id }) => id),
  );
  return {
    ...diagnosis,
    calls: diagnosis.calls.map((one) => seenCall(one, asker)),
    changes: seen.seesWhole(record.id)
      ? diagnosis.changes
      : diagnosis.changes.filter(({ kind }) => kind !== "capabilities-changed"),
    logs: isAdmin ? diagnosis.logs : diagnosis.logs.filter(({ instanceId }) => own.has(instanceId)),
  };
}

import { type Diagnosis, diagnoseEndpoint } from "@hub/api";
import { type Entry, HubError } from "@hub/core";
import { may, type Principal, type SeenServers, subjectOf } from "@hub/core/access";
import { closedTo } from "../access/routes.js";
import type { DoctorRequest } from "../doctor/doctor.js";
import { parseJson } from "./body.js";
import type { HubApp } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { maySeeEntry } from "./seen.js";
import { serve } from "./serve.js";
import { seenCall, seesCounted } from "./traffic.js";

/**
 * A diagnosis as somebody sees it: the last lines of a server are for its admins and for who registered it, and
 * calls and changes of its tools for those who see these.
 */
function seenDiagnosis(diagnosis: Diagnosis, seen: SeenServers, asker: Principal): Diagnosis {
  const [server] = diagnosis.servers;
  const entry = server === undefined ? undefined : seen.get(server.id);
  if (entry === undefined) return { ...diagnosis, calls: [], changes: [], logs: [] };
  const { record } = entry;
  const isOwn = record.instances.some(({ registeredBy }) => registeredBy?.id === asker.id);
  const isAdmin = may(asker, "admin", subjectOf(record));
  const isWhole = seen.seesWhole(record.id);
  return {
    ...diagnosis,
    calls: diagnosis.calls
      .filter((one) => seesCounted(seen, one))
      .map((one) => seenCall(one, asker)),
    changes: isWhole
      ? diagnosis.changes
      : diagnosis.changes.filter(({ kind }) => kind !== "capabilities-changed"),
    logs: isAdmin || isOwn ? diagnosis.logs : [],
  };
}

const oneOfTwo = () =>
  new HubError(
    "INVALID_REQUEST",
    "Expected either `server`, the id or name of a registered server, or `endpoint`, a URL.",
  );

export function addDiagnoseRoute(app: HubApp, deps: AppDeps): void {
  serve(app, diagnoseEndpoint, async (call) => {
    const { raw } = call.context.req;
    const { server, endpoint, transport, name } = call.body(await call.sent(parseJson));
    const signal = AbortSignal.any([raw.signal, deps.stopping]);
    const { principal } = call;
    const sees = ({ record }: Entry) => maySeeEntry(principal, record);
    const ask = async (asked: DoctorRequest) =>
      call.json(
        200,
        seenDiagnosis(await deps.doctor.ask(asked), deps.sights.of(principal), principal),
      );
    if (endpoint !== undefined && server === undefined) {
      // It makes the hub connect to wherever somebody says, as a registration would.
      const closed = closedTo(principal, "register");
      if (closed !== undefined) throw closed;
      deps.checkEndpoint(endpoint);
      return ask({ endpoint, transport, name, signal, sees });
    }
    if (server === undefined || endpoint !== undefined) throw oneOfTwo();
    if (transport !== undefined || name !== undefined)
      throw new HubError(
        "INVALID_REQUEST",
        "`transport` and `name` are for an `endpoint`; a registered server has its own.",
      );
    return ask({ server, signal, sees });
  });
}

import { editServer } from "@hub/api";
import {
  type BudgetBook,
  type EditChange,
  type EntryRecord,
  HubError,
  serverNotFound,
} from "@hub/core";
import { insufficientScope, may, subjectOf } from "@hub/core/access";
import { settingOf } from "@hub/core/limits";
import { requireMay } from "../access/refusals.js";
import { askerOf } from "./asker.js";
import { parseJson } from "./body.js";
import { answerDetail } from "./detail.js";
import type { HubApp } from "./hono.js";
import { requireMatch } from "./if-match.js";
import type { AppDeps } from "./ports.js";
import { maySeeEntry } from "./seen.js";
import { serve } from "./serve.js";
import { etagOf } from "./views.js";

function refuse(field: string, detail: string): never {
  throw new HubError("INVALID_REQUEST", `${field} ${detail}.`, {
    problems: [{ pointer: `/${field}`, detail }],
  });
}

/** Problems that depend on the settings of this hub, or on the server that is edited. */
function check({ maxInFlight, replacedBy }: EditChange, id: string, budgets: BudgetBook): void {
  const most = budgets.limit("callsInFlight");
  if (typeof maxInFlight === "number" && maxInFlight > most)
    refuse(
      "maxInFlight",
      `must be at most ${most}, as many as the hub sends to one instance (${settingOf("callsInFlight")}), got ${maxInFlight}`,
    );
  if (replacedBy === id) refuse("replacedBy", "must be the id of another server, got its own");
}

/** The route with which an operator edits what the hub shows of a server. */
export function addEditRoute(app: HubApp, deps: AppDeps): void {
  const { registry, budgets } = deps;
  serve(app, editServer, async (call) => {
    const { context } = call;
    const { id } = call.params;
    const change = call.body(await call.sent(parseJson));
    check(change, id, budgets);
    const ifMatch = context.req.header("if-match");
    const mayEdit = (record: EntryRecord) => {
      if (!maySeeEntry(call.principal, record)) throw serverNotFound(id.slice(0, 100));
      requireMay(call.principal, "admin", subjectOf(record));
      // By its tags others get to use it: an admin for some tags gives no others.
      const tags = change.tags ?? record.profile.tags ?? [];
      if (change.tags !== undefined && !may(call.principal, "register", { id: record.id, tags }))
        throw insufficientScope("admin", "a server with these tags");
      requireMatch(ifMatch, etagOf(record), `server "${record.id}"`);
    };
    const entry = await registry.edit(id, change, mayEdit, askerOf(call));
    return answerDetail(call, entry, deps);
  });
}

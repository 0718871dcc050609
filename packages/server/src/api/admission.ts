import { admitServer, listAdmissionRules, refuseServer } from "@hub/api";
import { serverNotFound } from "@hub/core";
import { type Admission, type Principal, subjectOf } from "@hub/core/access";
import { requireMay } from "../access/refusals.js";
import { askerOf } from "./asker.js";
import { parseOptionalJson } from "./body.js";
import { answerDetail } from "./detail.js";
import type { HubApp } from "./hono.js";
import { requireMatch } from "./if-match.js";
import type { AppDeps } from "./ports.js";
import { maySeeEntry } from "./seen.js";
import { serve } from "./serve.js";
import { etagOf } from "./views.js";

/** The routes with which an admin lets servers in, or refuses them. */
export function addAdmissionRoutes(app: HubApp, deps: AppDeps): void {
  const { admission, registry } = deps;
  const judging =
    (principal: Principal, id: string, ifMatch: string | undefined) =>
    (record: Parameters<typeof subjectOf>[0]) => {
      if (!maySeeEntry(principal, record)) throw serverNotFound(id.slice(0, 100));
      requireMay(principal, "admin", subjectOf(record));
      requireMatch(ifMatch, etagOf(record), `server "${record.id}"`);
    };

  serve(app, listAdmissionRules, (call) => {
    requireMay(call.principal, "admin", "hub");
    const entries = registry.list();
    const rules = admission.admit.map((id) => ({
      id,
      setting: "MCP_HUB_ADMIT" as const,
      servers: entries
        .filter(({ record }) => isLetInBy(id, record.admission))
        .map(({ record }) => record.id),
    }));
    const mode = admission.isAsked ? "ask" : "open";
    return call.json(200, { mode, rules }, { "cache-control": "no-store" });
  });

  serve(app, admitServer, async (call) => {
    const { principal, params } = call;
    const mayJudge = judging(principal, params.id, call.context.req.header("if-match"));
    const entry = await registry.admit(params.id, askerOf(call), mayJudge);
    return answerDetail(call, entry, deps);
  });

  serve(app, refuseServer, async (call) => {
    const { principal, params, context } = call;
    const sent = await call.sent(parseOptionalJson);
    const { reason } = sent === undefined ? {} : call.body(sent);
    const mayJudge = judging(principal, params.id, context.req.header("if-match"));
    const entry = await registry.refuse(params.id, askerOf(call), reason, mayJudge);
    return answerDetail(call, entry, deps);
  });
}

const isLetInBy = (rule: string, admission: Admission | undefined): boolean =>
  admission?.state === "admitted" && admission.by.kind === "rule" && admission.by.id === rule;

import { type RegisterAnswer, registerServer, type ServerList } from "@hub/api";
import { HubError } from "@hub/core";
import type { Principal } from "@hub/core/access";
import { parseBody } from "./body.js";
import { registrationFromForm } from "./form.js";
import { addressOf, type HubApp } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { proofOf } from "./proof.js";
import { serve } from "./serve.js";
import { withoutUseless } from "./useful-candidates.js";
import { instanceView, serverSummary } from "./views.js";

/** Characters of one registration as JSON: every list shows all of them. */
const longestRecord = 16_384;

function tooLong(): HubError {
  return new HubError(
    "INVALID_REQUEST",
    `A registration may have at most ${longestRecord} characters as JSON; link icons instead of embedding them, and shorten metadata.`,
  );
}

export function addRegisterRoute(
  app: HubApp,
  deps: AppDeps,
  list: (principal: Principal) => ServerList,
): void {
  const { registry } = deps;
  serve(app, registerServer, async (call) => {
    const { context } = call;
    const body = await call.sent(parseBody);
    const parsed = call.body(body.kind === "json" ? body.value : registrationFromForm(body.fields));
    if (JSON.stringify(parsed).length > longestRecord) throw tooLong();
    deps.checkEndpoint(parsed.endpoint);
    const { registration, leftOut } = withoutUseless(parsed, deps.checkEndpoint);
    const result = await registry.register(registration, {
      from: addressOf(context),
      principal: call.principal,
      proof: proofOf(context),
      leaseOwner: deps.gate.leaseOwner(call.principal),
    });
    const answer: RegisterAnswer = {
      server: serverSummary(result.entry),
      instance: instanceView(result.instance),
      ...(result.lease === undefined ? {} : { lease: result.lease }),
      ...(result.retryAfterMs === undefined ? {} : { retryAfterMs: result.retryAfterMs }),
      warnings: [...leftOut, ...result.warnings],
      // The seed's servers read the whole list from the answer to their form.
      ...(body.kind === "form" ? list(call.principal) : {}),
    };
    return call.json(result.isNew ? 201 : 200, answer, {
      location: `/servers/${result.entry.record.id}`,
      "cache-control": "no-store",
    });
  });
}

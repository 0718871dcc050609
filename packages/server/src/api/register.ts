import {
  HubError,
  type HubErrorCode,
  type RegisterAnswer,
  registerAnswerView,
  registrationSchema,
  type ServerList,
} from "@hub/core";
import { parseBody } from "./body.js";
import { type AppDeps, addressOf, type HubApp } from "./context.js";
import { registrationFromForm } from "./form.js";
import { document } from "./openapi.js";
import { parseWith } from "./problem.js";
import { proofHeaders, proofOf } from "./proof.js";
import { withoutUseless } from "./useful-candidates.js";
import { instanceView, serverSummary } from "./views.js";

const errors: readonly HubErrorCode[] = [
  "INVALID_REQUEST",
  "ORIGIN_REFUSED",
  "NAME_TAKEN",
  "REVISION_CONFLICT",
  "BODY_TOO_LARGE",
  "UNSUPPORTED_MEDIA_TYPE",
  "ENDPOINT_REFUSED",
  "STORE_UNAVAILABLE",
  "REGISTRY_FULL",
];

/** Characters of one registration as JSON: every list shows all of them. */
const longestRecord = 16_384;

function tooLong(): HubError {
  return new HubError(
    "INVALID_REQUEST",
    `A registration may have at most ${longestRecord} characters as JSON; link icons instead of embedding them, and shorten metadata.`,
  );
}

export function addRegisterRoute(app: HubApp, deps: AppDeps, list: () => ServerList): void {
  const { registry } = deps;
  document(app, {
    method: "post",
    path: "/register",
    tag: "Registration",
    summary: "Register a server, or another instance of it",
    description:
      "When the answer arrives, the registration is on the disk. The answer never waits for the endpoint. Registering the same endpoint again updates the same instance. With `lease`, the hub grants a lease that heartbeats keep alive; without one, the hub's own probe decides. While another lease is alive at the same endpoint, a registration without proof gets `retryAfterMs` and no `lease`. It changes nothing until it is sent again after that lease has ended, was given back, or got no heartbeat for two intervals.",
    headers: proofHeaders,
    body: {
      "application/json": registrationSchema,
      "application/x-www-form-urlencoded": registrationSchema,
      "multipart/form-data": registrationSchema,
    },
    responses: {
      200: {
        description:
          "The hub knew the instance. With `retryAfterMs`, nothing has changed yet: send the registration again.",
        content: { "application/json": registerAnswerView },
      },
      201: {
        description: "The name or the instance is new.",
        content: { "application/json": registerAnswerView },
      },
    },
    errors,
  });

  app.post("/register", async (context) => {
    const body = await parseBody(context.req.raw);
    const given = body.kind === "json" ? body.value : registrationFromForm(body.fields);
    const parsed = parseWith(registrationSchema, given);
    if (JSON.stringify(parsed).length > longestRecord) throw tooLong();
    deps.checkEndpoint(parsed.endpoint);
    const { registration, leftOut } = withoutUseless(parsed, deps.checkEndpoint);
    const result = await registry.register(registration, {
      from: addressOf(context),
      proof: proofOf(context),
    });
    const answer: RegisterAnswer = {
      server: serverSummary(result.entry),
      instance: instanceView(result.instance),
      ...(result.lease === undefined ? {} : { lease: result.lease }),
      ...(result.retryAfterMs === undefined ? {} : { retryAfterMs: result.retryAfterMs }),
      warnings: [...leftOut, ...result.warnings],
      // The seed's servers read the whole list from the answer to their form.
      ...(body.kind === "form" ? list() : {}),
    };
    return context.json(answer, result.isNew ? 201 : 200, {
      location: `/servers/${result.entry.record.id}`,
      "cache-control": "no-store",
    });
  });
}

import {
  type BudgetBook,
  type EditChange,
  type Entry,
  editSchema,
  HubError,
  serverDetailView,
  settingOf,
} from "@hub/core";
import type { Context } from "hono";
import { parseJson } from "./body.js";
import type { AppDeps, AppEnv, HubApp } from "./context.js";
import { ifMatchHeaders, requireMatch } from "./if-match.js";
import { document, serverIdParams } from "./openapi.js";
import { parseWith } from "./problem.js";
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
export function addEditRoute(
  app: HubApp,
  { registry, budgets }: AppDeps,
  answer: (context: Context<AppEnv>, entry: Entry) => Response,
): void {
  document(app, {
    method: "patch",
    path: "/servers/{id}",
    tag: "Catalogue",
    summary: "Edit what the hub shows of a server",
    description:
      "Your edits replace what the server says about itself. They stay when the server registers again and when the hub restarts. A field that you leave out stays as it was; `null` removes the edit. The edits are deleted when the server is removed or forgotten.",
    params: serverIdParams,
    headers: ifMatchHeaders("server"),
    body: { "application/json": editSchema },
    responses: {
      200: {
        description: "The server as it is now; its ETag is for the next change.",
        content: { "application/json": serverDetailView },
      },
    },
    errors: [
      "INVALID_REQUEST",
      "UNSUPPORTED_MEDIA_TYPE",
      "BODY_TOO_LARGE",
      "SERVER_NOT_FOUND",
      "PRECONDITION_FAILED",
      "REVISION_CONFLICT",
      "STORE_UNAVAILABLE",
    ],
  });
  app.patch("/servers/:id", async (context) => {
    const id = context.req.param("id");
    const change = parseWith(editSchema, await parseJson(context.req.raw));
    check(change, id, budgets);
    const ifMatch = context.req.header("if-match");
    const entry = await registry.edit(id, change, (record) =>
      requireMatch(ifMatch, etagOf(record), `server "${record.id}"`),
    );
    return answer(context, entry);
  });
}

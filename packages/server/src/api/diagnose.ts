import { diagnoseEndpoint } from "@hub/api";
import { type Entry, HubError } from "@hub/core";
import { parseJson } from "./body.js";
import type { HubApp } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { maySeeEntry } from "./seen.js";
import { serve } from "./serve.js";

const oneOfTwo = () =>
  new HubError(
    "INVALID_REQUEST",
    "Expected either `server`, the id or name of a registered server, or `endpoint`, a URL.",
  );

export function addDiagnoseRoute(app: HubApp, deps: AppDeps): void {
  serve(app, diagnoseEndpoint, async (call) => {
    const { raw } = call.context.req;
    const { server, endpoint, transport, name } = call.body(await parseJson(raw));
    const signal = AbortSignal.any([raw.signal, deps.stopping]);
    const sees = ({ record }: Entry) => maySeeEntry(call.principal, record);
    if (endpoint !== undefined && server === undefined) {
      deps.checkEndpoint(endpoint);
      return call.json(200, await deps.doctor.ask({ endpoint, transport, name, signal, sees }));
    }
    if (server === undefined || endpoint !== undefined) throw oneOfTwo();
    if (transport !== undefined || name !== undefined)
      throw new HubError(
        "INVALID_REQUEST",
        "`transport` and `name` are for an `endpoint`; a registered server has its own.",
      );
    return call.json(200, await deps.doctor.ask({ server, signal, sees }));
  });
}

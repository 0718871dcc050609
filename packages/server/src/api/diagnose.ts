import { diagnoseEndpoint } from "@hub/api";
import { HubError } from "@hub/core";
import { askAs } from "../doctor/ask-as.js";
import type { DoctorRequest } from "../doctor/doctor.js";
import { parseJson } from "./body.js";
import type { HubApp } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { serve } from "./serve.js";

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
    const ask = async (asked: DoctorRequest) =>
      call.json(200, await askAs(call.principal, asked, deps));
    if (endpoint !== undefined && server === undefined)
      return ask({ endpoint, transport, name, signal });
    if (server === undefined || endpoint !== undefined) throw oneOfTwo();
    if (transport !== undefined || name !== undefined)
      throw new HubError(
        "INVALID_REQUEST",
        "`transport` and `name` are for an `endpoint`; a registered server has its own.",
      );
    return ask({ server, signal });
  });
}

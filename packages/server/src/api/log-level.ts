import { setLogLevel } from "@hub/api";
import { HubError } from "@hub/core";
import { requireMay } from "../access/refusals.js";
import { askerOf } from "./asker.js";
import { parseJson } from "./body.js";
import type { HubApp } from "./hono.js";
import type { AppDeps } from "./ports.js";
import { serve } from "./serve.js";

export function addLogLevelRoute(app: HubApp, { logLevel, log, audit }: AppDeps): void {
  serve(app, setLogLevel, async (call) => {
    requireMay(call.principal, "admin", "hub");
    const { level } = call.body(await call.sent(parseJson));
    if (logLevel === undefined)
      throw new HubError(
        "ROUTE_NOT_FOUND",
        "This hub is a part of another program, which decides what its log has.",
      );
    const asker = askerOf(call);
    const before = logLevel.current;
    logLevel.current = level;
    // Once in the log as well, whichever of the two levels has it.
    if (before !== level)
      log.warn("log-level-changed", { from: before, to: level, by: asker.who.id });
    audit.noted({
      ...asker,
      action: "log-level",
      outcome: "done",
      before: { level: before },
      after: { level },
    });
    return call.json(200, { level });
  });
}

import { describeError } from "../describe-error.js";
import type { Log } from "../log.js";
import type { Traces } from "./traces.js";
import { wishedTraces } from "./wished.js";

/**
 * Traces as the standard variables of OpenTelemetry wish them; undefined where they wish none, and where they
 * cannot be, which the log says then. The packages read the variables of the process themselves, so `env` must be
 * those.
 */
export async function openTraces(
  log: Log,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<Traces | undefined> {
  const wished = wishedTraces(env);
  if (wished.kind === "off") return undefined;
  if (wished.kind === "impossible") {
    log.warn("traces-off", { reason: wished.reason });
    return undefined;
  }
  try {
    // Whoever wants no traces pays for none of it.
    const { openOtelTraces } = await import("./otel-traces.js");
    return openOtelTraces(wished.protocol, log);
  } catch (error) {
    log.warn("traces-off", { reason: describeError(error) });
    return undefined;
  }
}

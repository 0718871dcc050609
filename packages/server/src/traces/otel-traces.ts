import { randomUUID } from "node:crypto";
import type { CallTraces } from "@hub/gateway";
import type { Log } from "../log.js";
import { version } from "../version.js";
import { OtelCallTrace } from "./otel-call-trace.js";
import { type OtelPackages, otelPackages } from "./packages.js";
import { ToldExporter } from "./told-exporter.js";
import { TraceContexts } from "./trace-contexts.js";
import type { Traces } from "./traces.js";
import type { Protocol } from "./wished.js";

/** How long the last traces may take to be sent. */
const flushMs = 2_000;

/** Traces in the ways of OpenTelemetry; undefined when its packages are not there, which the log says. */
export function openOtelTraces(protocol: Protocol, log: Log): Traces | undefined {
  const packages = otelPackages(protocol);
  if ("fix" in packages) {
    log.warn("traces-off", {
      reason: "The packages of OpenTelemetry that traces need are not installed.",
      fix: packages.fix,
    });
    return undefined;
  }
  const { api, core, exporter, resources, sdk } = packages.found;
  const told = new ToldExporter(new exporter.OTLPTraceExporter(), log, (result) => {
    return result.code === core.ExportResultCode.SUCCESS;
  });
  const provider = new sdk.BasicTracerProvider({
    resource: resourceOf(resources),
    spanProcessors: [new sdk.BatchSpanProcessor(told)],
  });
  const tracer = provider.getTracer("mcp-hub", version);
  const contexts = new TraceContexts(packages.found);
  const begin: CallTraces["begin"] = (call) => new OtelCallTrace(api, tracer, contexts, call);
  return { begin, stop: () => stopWithin(() => provider.shutdown(), told) };
}

/** What the variables say of the hub goes before what it says itself. */
function resourceOf({
  defaultResource,
  detectResources,
  envDetector,
  resourceFromAttributes,
}: OtelPackages["resources"]) {
  const own = resourceFromAttributes({
    "service.name": "mcp-hub",
    "service.version": version,
    "service.instance.id": randomUUID(),
  });
  return defaultResource()
    .merge(own)
    .merge(detectResources({ detectors: [envDetector] }));
}

/** Whether all was sent, and in time. */
async function stopWithin(stop: () => Promise<void>, exporter: ToldExporter): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), flushMs);
  });
  const sent = stop().then(
    () => exporter.isHeard,
    () => false,
  );
  const isSent = await Promise.race([sent, over]);
  clearTimeout(timer);
  return isSent;
}

import { openTraces, type Traces } from "@hub/server";
import {
  type CollectedSpan,
  Collector,
  closeLater,
  TestHub,
  type TestHubOptions,
  until,
} from "@hub/testing";
import { vi } from "vitest";

/** A log that nobody reads. */
export const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** Where somebody's trace is when a call comes. */
export const traceId = "0af7651916cd43dd8448eb211c80319c";
export const callerSpan = "b7ad6b7169203331";
export const traceparent = `00-${traceId}-${callerSpan}-01`;

/** A hub whose calls a collector hears of. The test unsets the variables afterwards. */
export async function tracedHub(
  options: TestHubOptions = {},
  env: Readonly<Record<string, string>> = {},
): Promise<{ hub: TestHub; collector: Collector; traces: Traces }> {
  const collector = await Collector.start();
  vi.stubEnv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint);
  vi.stubEnv("OTEL_BSP_SCHEDULE_DELAY", "20");
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const traces = await openTraces(silent);
  if (traces === undefined) throw new Error("The variables ask for traces");
  closeLater(async () => void (await traces.stop()));
  return { hub: await TestHub.start({ ...options, traces }), collector, traces };
}

/** The spans of calls of tools, those of the hub as a server first, in the order in which they ended. */
export async function toolSpans(collector: Collector, count: number): Promise<CollectedSpan[]> {
  const found = () =>
    collector.spans.filter(({ attributes }) => attributes["mcp.method.name"] === "tools/call");
  await until(
    () =>
      `${count} spans of tools; there are ${found().map(({ kind, name }) => `${kind} ${name}`)}`,
    () => found().length >= count,
  );
  const of = (kind: CollectedSpan["kind"]) => found().filter((span) => span.kind === kind);
  return [...of("SERVER"), ...of("CLIENT")];
}

import { openTraces } from "@hub/server";
import { closeAll, LegacyUpstream, ModernUpstream, textResult } from "@hub/testing";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { Client as V1Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport as V1Transport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  callerSpan,
  silent,
  toolSpans,
  tracedHub,
  traceId,
  traceparent,
} from "./support/traced-hub.js";

afterEach(closeAll);
afterEach(() => vi.unstubAllEnvs());

type Meta = Readonly<Record<string, unknown>>;

/** A client of an SDK, that calls with `_meta` of its own. */
type Caller = (name: string, given: Record<string, unknown>, meta: Meta) => Promise<unknown>;

const clients = {
  "SDK v1": async (url: string): Promise<Caller> => {
    const client = new V1Client({ name: "v1", version: "1" });
    // Its own type says that a session id is never undefined, and its class that it may be.
    await client.connect(new V1Transport(new URL(url)) as Parameters<V1Client["connect"]>[0]);
    return (name, given, meta) => client.callTool({ name, arguments: given, _meta: meta });
  },
  "SDK v2": async (url: string): Promise<Caller> => {
    const versionNegotiation = { mode: { pin: "2026-07-28" } } as const;
    const client = new Client({ name: "v2", version: "1" }, { versionNegotiation });
    const asked = new URL(url);
    // Where a server keeps sessions, the hub offers the modern revision to those who ask for it.
    asked.searchParams.set("revision", "2026-07-28");
    await client.connect(new StreamableHTTPClientTransport(asked));
    return (name, given, meta) => client.callTool({ name, arguments: given, _meta: meta });
  },
} as const;

const servers = { "2025": LegacyUpstream, "2026": ModernUpstream } as const;

describe("a call with a trace context", () => {
  test.each([
    ["SDK v1", "2025", "/mcp"],
    ["SDK v1", "2026", "/mcp"],
    ["SDK v2", "2025", "/mcp"],
    ["SDK v2", "2026", "/mcp"],
    ["SDK v1", "2025", "/servers/one/mcp"],
    ["SDK v1", "2026", "/servers/one/mcp"],
    ["SDK v2", "2025", "/servers/one/mcp"],
    ["SDK v2", "2026", "/servers/one/mcp"],
    ["SDK v1", "2025", "toolset"],
    ["SDK v2", "2026", "toolset"],
  ] as const)("of %s to a server of %s by %s goes on in its trace", async (kind, era, path) => {
    const { collector, hub } = await tracedHub();
    const upstream = await servers[era].start();
    upstream.on("echo", () => ({ resultType: "complete", ...textResult("done") }));
    await hub.register("one", upstream);
    let url = `${hub.url}${path}`;
    if (path === "toolset") {
      const saved = await fetch(`${hub.url}/toolsets`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ name: "Set", servers: ["one"] }),
      });
      const { id } = (await saved.json()) as { id: string }; // our own API
      url = `${hub.url}/toolsets/${id}/mcp`;
    }
    const call = await clients[kind](url);
    const name = path === "/servers/one/mcp" ? "echo" : "one__echo";
    const given = { secret: "hunter2" };
    await call(name, given, { traceparent, tracestate: "vendor=1", baggage: "user=7" });
    const [server, client] = await toolSpans(collector, 2);
    expect(server).toMatchObject({
      name: "tools/call echo",
      kind: "SERVER",
      traceId,
      parentSpanId: callerSpan,
      isError: false,
      attributes: {
        "mcp.method.name": "tools/call",
        "gen_ai.operation.name": "execute_tool",
        "network.transport": "tcp",
        "network.protocol.name": "http",
        "mcp_hub.server.id": "one",
        "jsonrpc.request.id": expect.any(String),
        "mcp.protocol.version": kind === "SDK v2" ? "2026-07-28" : "2025-11-25",
      },
      resource: { "service.name": "mcp-hub" },
    });
    expect(client).toMatchObject({
      name: "tools/call echo",
      kind: "CLIENT",
      traceId,
      parentSpanId: server?.spanId,
      attributes: { "server.address": "127.0.0.1", "server.port": upstream.port },
    });
    expect(upstream.calls.at(-1)?.params).toMatchObject({
      arguments: given,
      _meta: {
        traceparent: `00-${traceId}-${client?.spanId}-01`,
        tracestate: "vendor=1",
        baggage: "user=7",
      },
    });
    expect(JSON.stringify(collector.spans)).not.toContain("hunter2");
  });
});

test("variables that cannot be obeyed turn traces off, and the log says which", async () => {
  const warnings: unknown[] = [];
  const log = { ...silent, warn: (...said: unknown[]) => void warnings.push(said) };
  expect(await openTraces(log, { OTEL_TRACES_EXPORTER: "zipkin" })).toBeUndefined();
  const reason = 'OTEL_TRACES_EXPORTER must be otlp or none, got "zipkin".';
  expect(warnings).toEqual([["traces-off", { reason }]]);
  expect(await openTraces(log, {})).toBeUndefined();
  expect(warnings).toHaveLength(1);
});

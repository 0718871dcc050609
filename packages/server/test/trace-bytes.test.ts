import {
  closeAll,
  Exchange,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  metaKey,
  modernVersion,
  SseUpstream,
  TestHub,
  textResult,
} from "@hub/testing";
import { afterEach, describe, expect, test, vi } from "vitest";
import { callerSpan, toolSpans, tracedHub, traceId, traceparent } from "./support/traced-hub.js";

afterEach(closeAll);
afterEach(() => vi.unstubAllEnvs());

const modernHeaders = {
  "content-type": "application/json",
  accept: "application/json, text/event-stream",
  "mcp-protocol-version": modernVersion,
  "mcp-method": "tools/call",
};

const paths = [
  ["/mcp", "one__echo"],
  ["/servers/one/mcp", "echo"],
] as const;

/** A call of `echo` as no serializer would write it, with these members in its `_meta` before the others. */
const oddBody = (name: string, meta: string) =>
  `{ "params" : {"name" :"${name}", "arguments":{"n":1.0}, "_meta":{${meta}"${metaKey("protocolVersion")}":"${modernVersion}", "${metaKey("clientCapabilities")}":{ }}},  "method":"tools/call","id":"c-1","jsonrpc":"2.0" }`;

describe("what arrives at a server", () => {
  test.each(paths)(
    "at %s: without traces each byte, with traces all but the trace context",
    async (path, name) => {
      const meta = `"traceparent" : "${traceparent}","own":1.50, `;
      const sent = oddBody(name, meta);
      const headers = { ...modernHeaders, "mcp-name": name };
      for (const isTraced of [false, true]) {
        const hub = isTraced ? (await tracedHub()).hub : await TestHub.start();
        const upstream = await ModernUpstream.start();
        await hub.register("one", upstream);
        const seen = upstream.bodies.length;
        await new Exchange(`${hub.url}${path}`, { headers, body: sent }).done;
        const arrived = upstream.bodies.slice(seen).find((body) => body.includes("tools/call"));
        if (!isTraced) {
          expect(arrived).toBe(sent.replace("one__echo", "echo"));
          continue;
        }
        expect(arrived?.replace(/00-[0-9a-f]{32}-[0-9a-f]{16}-01/, traceparent)).toBe(
          oddBody("echo", `"own":1.50,`)
            .replace(":{ }}},", `:{ },"traceparent":"${traceparent}"}},`)
            .replace(`", "${metaKey("clientCapabilities")}`, `","${metaKey("clientCapabilities")}`),
        );
        expect(arrived).not.toContain(callerSpan);
      }
    },
  );

  test("of a tracestate that cannot be read nothing, and of others as much as may be", async () => {
    const { hub } = await tracedHub();
    const upstream = await ModernUpstream.start();
    await hub.register("one", upstream);
    const stateFor = async (tracestate: unknown) => {
      const _meta = { traceparent, tracestate };
      await new ModernClient(hub.url).call("one__echo", {}, { _meta }).done;
      return upstream.calls.at(-1)?.params._meta;
    };
    for (const wrong of ["a=\ud800", "a=1\r\nx: y", "", "=", 5, { a: 1 }, "a=1,".repeat(9_000)])
      expect(await stateFor(wrong), JSON.stringify(wrong).slice(0, 40)).not.toHaveProperty(
        "tracestate",
      );
    expect(await stateFor("a=1,b=2")).toMatchObject({ tracestate: "a=1,b=2" });
  });

  test("over HTTP+SSE, and by a tool of the hub's, a trace context as well", async () => {
    const { hub, collector } = await tracedHub();
    const sse = await SseUpstream.start();
    const old = await LegacyUpstream.start();
    await hub.register("sse", sse, { transport: "sse" });
    await hub.register("old", old);
    const client = await LegacyClient.open(hub.url);
    await client.call("sse__echo", {}, { _meta: { traceparent } }).done;
    await client.call(
      "hub__call_tool",
      { name: "old__echo", arguments: { a: 1 } },
      { _meta: { traceparent } },
    ).done;
    const spans = await toolSpans(collector, 4);
    for (const upstream of [sse, old])
      expect(spans.map(({ kind, spanId }) => `${kind} 00-${traceId}-${spanId}-01`)).toContain(
        `CLIENT ${upstream.calls.at(-1)?.params._meta?.traceparent}`,
      );
  });

  test.each(paths)("at %s, each call of a batch in its own trace", async (path, name) => {
    const { hub, collector } = await tracedHub();
    const upstream = await LegacyUpstream.start();
    upstream.agreesOn = "2025-03-26";
    await hub.register("one", upstream);
    const headers = { "content-type": "application/json", accept: modernHeaders.accept };
    const url = `${hub.url}${path}`;
    const clientInfo = { name: "batcher", version: "1" };
    const hello = { protocolVersion: "2025-03-26", capabilities: {}, clientInfo };
    const greeting = { jsonrpc: "2.0", id: 0, method: "initialize", params: hello };
    const greeted = await new Exchange(url, { headers, body: JSON.stringify(greeting) }).done;
    const session = { "mcp-session-id": String(greeted.headers["mcp-session-id"]) };
    const traceIds = ["a".repeat(32), "b".repeat(32)];
    const batch = traceIds.map((trace, id) => {
      const _meta = { traceparent: `00-${trace}-${callerSpan}-01` };
      return { jsonrpc: "2.0", id, method: "tools/call", params: { name, _meta } };
    });
    const body = JSON.stringify(batch);
    const { status } = await new Exchange(url, { headers: { ...headers, ...session }, body }).done;
    expect(status).toBe(200);
    const spans = await toolSpans(collector, 4);
    const sent = spans.filter(({ kind }) => kind === "CLIENT");
    expect(sent.map((span) => span.traceId).toSorted()).toEqual(traceIds);
    expect(upstream.calls.map(({ params }) => params._meta?.traceparent).toSorted()).toEqual(
      sent.map((span) => `00-${span.traceId}-${span.spanId}-01`).toSorted(),
    );
  });

  test("a modern server that asks for input hears of each round in the trace", async () => {
    const { hub, collector } = await tracedHub();
    const upstream = await ModernUpstream.start({ tools: ["ask"] });
    upstream.on("ask", ({ params }) =>
      params.inputResponses === undefined
        ? {
            resultType: "input_required",
            inputRequests: {
              sure: {
                method: "elicitation/create",
                params: { message: "Sure?", requestedSchema: { type: "object" } },
              },
            },
          }
        : { resultType: "complete", ...textResult("done") },
    );
    await hub.register("one", upstream);
    const client = await LegacyClient.open(hub.url, {
      capabilities: { elicitation: {} },
      onAsked: () => ({ action: "accept", content: {} }),
    });
    const { response } = await client.call("one__ask", {}, { _meta: { traceparent } }).done;
    expect(response.error).toBeUndefined();
    const spans = await toolSpans(collector, 3);
    expect(spans.map(({ kind, isError }) => [kind, isError])).toEqual([
      ["SERVER", false],
      ["CLIENT", false],
      ["CLIENT", false],
    ]);
    expect(upstream.calls.map(({ params }) => params._meta?.traceparent)).toEqual(
      spans.slice(1).map(({ spanId }) => `00-${traceId}-${spanId}-01`),
    );
  });

  test("of a resource, its URI without what may be a secret", async () => {
    const { hub, collector } = await tracedHub();
    const uri = "https://user:hunter2@example.test/a?token=hunter2";
    const upstream = await ModernUpstream.start({ resources: [{ uri, name: "a" }] });
    upstream.on(uri, () => ({ contents: [] }));
    await hub.register("one", upstream);
    await new ModernClient(hub.url).ask("resources/read", { uri });
    const spans = await collector.saw(2);
    for (const { name, attributes } of spans) {
      expect(name).toBe("resources/read");
      expect(attributes["mcp.resource.uri"]).toBe("https://example.test/a");
    }
    expect(JSON.stringify(spans)).not.toContain("hunter2");
  });
});

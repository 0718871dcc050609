import {
  closeAll,
  closeServers,
  LegacyClient,
  LegacyUpstream,
  legacy,
  ModernClient,
  ModernUpstream,
  RpcError,
  serve,
  TestHub,
  textResult,
  until,
} from "@hub/testing";
import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { callerSpan, toolSpans, tracedHub, traceId, traceparent } from "./support/traced-hub.js";

afterEach(closeAll);
afterEach(closeServers);
afterEach(() => vi.unstubAllEnvs());

type Twin = {
  readonly endpoint: string;
  readonly calls: () => number;
  readonly stop: () => Promise<unknown>;
};

async function twinOf(starting: Promise<LegacyUpstream | ModernUpstream>): Promise<Twin> {
  const upstream = await starting;
  const { endpoint } = upstream;
  return { endpoint, calls: () => upstream.callsOf("echo").length, stop: () => upstream.stop() };
}

async function sessionless(): Promise<Twin> {
  let calls = 0;
  const server = await serve(
    legacy(({ method }) => {
      if (method === "tools/list")
        return { tools: [{ name: "echo", inputSchema: { type: "object" } }] };
      if (method !== "tools/call") return undefined;
      calls += 1;
      return textResult("said");
    }),
  );
  return { endpoint: `${server.origin}/mcp`, calls: () => calls, stop: () => server.close() };
}

const paths = [
  ["/mcp", "one__echo"],
  ["/servers/one/mcp", "echo"],
] as const;

describe("how a call ended", () => {
  test.each(paths)(
    "is in its spans, at %s: tool errors, errors of the server and of the hub",
    async (path, echo) => {
      const { hub, collector } = await tracedHub();
      const upstream = await ModernUpstream.start({ tools: ["echo", "fails", "refuses"] });
      upstream.on("fails", () => ({ ...textResult("no"), isError: true }));
      upstream.on("refuses", () => {
        throw new RpcError(-32_602, "I will not take hunter2");
      });
      await hub.register("one", upstream);
      const client = new ModernClient(hub.url, { path });
      const prefix = echo.slice(0, -"echo".length);
      for (const name of ["fails", "refuses"]) await client.call(prefix + name).done;
      await upstream.stop();
      await client.call(echo).done;
      const spans = await toolSpans(collector, 6);
      const seen = spans.map(({ kind, name, isError, attributes, statusMessage }) => [
        kind,
        name,
        isError,
        attributes["error.type"],
        attributes["rpc.response.status_code"],
        attributes["mcp_hub.error"],
        statusMessage,
      ]);
      expect(seen).toEqual([
        ["SERVER", "tools/call fails", true, "tool_error", undefined, undefined, ""],
        ["SERVER", "tools/call refuses", true, "-32602", "-32602", undefined, ""],
        ["SERVER", "tools/call echo", true, "-31001", "-31001", "SERVER_UNAVAILABLE", ""],
        ["CLIENT", "tools/call fails", true, "tool_error", undefined, undefined, ""],
        ["CLIENT", "tools/call refuses", true, "-32602", "-32602", undefined, ""],
        [
          "CLIENT",
          "tools/call echo",
          true,
          "SERVER_UNAVAILABLE",
          undefined,
          "SERVER_UNAVAILABLE",
          "",
        ],
      ]);
      expect(JSON.stringify(spans)).not.toContain("hunter2");
    },
  );

  test.each(["legacy", "modern"] as const)(
    "a %s client that takes it back makes it no error",
    async (era) => {
      const { hub, collector } = await tracedHub();
      const upstream = await LegacyUpstream.start();
      upstream.on("echo", () => undefined);
      await hub.register("one", upstream);
      if (era === "modern") {
        const call = new ModernClient(hub.url).call("one__echo");
        await until("it to arrive", () => upstream.calls.length === 1);
        call.done.catch(() => undefined);
        call.close();
      } else {
        const client = await LegacyClient.open(hub.url);
        client.call("one__echo", {}, { id: 77 }).done.catch(() => undefined);
        await until("it to arrive", () => upstream.calls.length === 1);
        await client.notify("notifications/cancelled", { requestId: 77 });
      }
      for (const span of await toolSpans(collector, 2)) {
        expect(span.isError).toBe(false);
        expect(span.attributes).toMatchObject({ "mcp_hub.cancelled": true });
      }
    },
  );

  test("a call that waits out a restart is one span, with one for each time that it was sent", async () => {
    const { hub, collector } = await tracedHub({ limits: { restartMs: 60_000 } });
    const upstream = await ModernUpstream.start();
    await hub.register("one", upstream);
    await upstream.stop();
    const call = new ModernClient(hub.url).call("one__echo", {}, { _meta: { traceparent } }).done;
    await until("it to wait", async () => (await hub.budget("allRestartCalls")).used === 1);
    await upstream.start();
    expect((await call).response.error).toBeUndefined();
    await until("it to end", () => collector.spans.some(({ kind }) => kind === "SERVER"));
    // Where the hub has not noticed yet that the server is gone, it was sent before.
    const [server, ...sent] = await toolSpans(collector, 2);
    expect(server).toMatchObject({ kind: "SERVER", traceId, isError: false });
    const last = sent.at(-1);
    expect(last).toMatchObject({ kind: "CLIENT", traceId, isError: false });
    const { _meta } = upstream.calls.at(-1)?.params ?? {};
    expect(_meta?.traceparent).toBe(`00-${traceId}-${last?.spanId}-01`);
  });

  test("a call that its server did not take is one span, with one for each time that it was sent", async () => {
    const { hub, collector } = await tracedHub();
    const upstream = await LegacyUpstream.start();
    await hub.register("one", upstream);
    const client = await LegacyClient.open(hub.url);
    await client.call("one__echo").done;
    await toolSpans(collector, 2);
    collector.spans.length = 0;
    upstream.forget();
    const { response } = await client.call("one__echo", {}, { _meta: { traceparent } }).done;
    expect(response.error).toBeUndefined();
    const spans = await toolSpans(collector, 3);
    expect(
      spans.map(({ kind, isError, attributes }) => [kind, isError, attributes["error.type"]]),
    ).toEqual([
      ["SERVER", false, undefined],
      ["CLIENT", true, "not_run"],
      ["CLIENT", false, undefined],
    ]);
    const { _meta } = upstream.calls.at(-1)?.params ?? {};
    expect(_meta?.traceparent).toBe(`00-${traceId}-${spans[2]?.spanId}-01`);
  });
});

describe("a request that never reached an instance, and went to the next one", () => {
  const eras = ["legacy", "modern"] as const;
  const ways = [
    ...eras.flatMap((client) => eras.map((server) => [client, server, "as they are"] as const)),
    // There the hub reads the answers.
    ["modern", "modern", "renamed"] as const,
  ];

  test.each(ways)(
    "has the error of the hub, from a %s client to a %s server whose URIs are %s",
    async (clientEra, serverEra, uris) => {
      const { hub, collector } = await tracedHub();
      const resources = [{ uri: "text://one", name: "one" }];
      if (uris === "renamed")
        await hub.register("first", await ModernUpstream.start({ resources }));
      const startTwin = () => {
        if (serverEra === "modern") return twinOf(ModernUpstream.start({ resources }));
        // Only where no session is opened for each call is nothing sent before it.
        return clientEra === "legacy" ? twinOf(LegacyUpstream.start()) : sessionless();
      };
      const client =
        clientEra === "legacy" ? await LegacyClient.open(hub.url) : new ModernClient(hub.url);
      let round = 0;
      // The hub may find out by itself first, and then keeps calls away from the one that is gone.
      const failed = await until("one that is gone to be tried", async () => {
        const name = `twins-${round++}`;
        const twins = [await startTwin(), await startTwin()];
        for (const { endpoint } of twins)
          await hub.announce(name, endpoint, { serviceKey: "the key of both" });
        await hub.whenUp(name, 2);
        const call = async () => {
          const { response } = await client.call(`${name}__echo`).done;
          expect(response.error).toBeUndefined();
        };
        await call();
        await twins.find(({ calls }) => calls() > 0)?.stop();
        collector.spans.length = 0;
        // They take turns.
        await call();
        await call();
        await toolSpans(collector, 4);
        return collector.spans.find(({ kind, isError }) => kind === "CLIENT" && isError);
      });
      expect(failed.attributes).toMatchObject({
        "error.type": "SERVER_UNAVAILABLE",
        "mcp_hub.error": "SERVER_UNAVAILABLE",
      });
    },
  );
});

describe("which trace a call belongs to", () => {
  const headers = { traceparent: `00-${"4b".repeat(16)}-${"1f".repeat(8)}-01`, baggage: "a=1" };

  test.each(paths)(
    "at %s, that of the HTTP headers where `_meta` has none, and else a link to that",
    async (path, name) => {
      const { hub, collector } = await tracedHub();
      const upstream = await ModernUpstream.start();
      await hub.register("one", upstream);
      const client = new ModernClient(hub.url, { path });
      await client.send("tools/call", { name }, headers).done;
      const [first] = await toolSpans(collector, 2);
      expect(first).toMatchObject({
        traceId: "4b".repeat(16),
        parentSpanId: "1f".repeat(8),
        links: [],
      });
      expect(upstream.calls[0]?.params._meta).toMatchObject({ baggage: "a=1" });
      collector.spans.length = 0;
      await client.send("tools/call", { name, _meta: { traceparent } }, headers).done;
      const [second] = await toolSpans(collector, 2);
      expect(second).toMatchObject({
        traceId,
        parentSpanId: callerSpan,
        links: [{ traceId: "4b".repeat(16), spanId: "1f".repeat(8) }],
      });
      expect(String(upstream.calls[1]?.params._meta?.traceparent)).toContain(traceId);
    },
  );

  test("one that is not sampled has no spans, and its server hears the same", async () => {
    const { hub, collector, traces } = await tracedHub();
    const upstream = await ModernUpstream.start();
    await hub.register("one", upstream);
    const unsampled = traceparent.replace(/01$/, "00");
    for (const [path, name] of paths)
      await new ModernClient(hub.url, { path }).call(
        name,
        {},
        { _meta: { traceparent: unsampled } },
      ).done;
    expect(await traces.stop()).toBe(true);
    expect(collector.spans).toEqual([]);
    for (const { params } of upstream.calls) {
      expect(params._meta?.traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`));
      expect(params._meta?.traceparent).not.toBe(unsampled);
    }
  });

  test("the sampler is the one that the variables name", async () => {
    const { hub, collector, traces } = await tracedHub({}, { OTEL_TRACES_SAMPLER: "always_off" });
    await hub.register("one", await ModernUpstream.start());
    await new ModernClient(hub.url).call("one__echo", {}, { _meta: { traceparent } }).done;
    expect(await traces.stop()).toBe(true);
    expect(collector.spans).toEqual([]);
  });

  test("a hub behind a hub is in the same trace", async () => {
    const { hub, collector, traces } = await tracedHub();
    const inner = await TestHub.start({ traces });
    const upstream = await LegacyUpstream.start();
    await inner.register("one", upstream);
    await hub.announce("inner", `${inner.url}/servers/one/mcp`);
    await hub.whenUp("inner");
    const client = await LegacyClient.open(hub.url);
    await client.call("inner__echo", {}, { _meta: { traceparent } }).done;
    const spans = await toolSpans(collector, 4);
    const bySpan = new Map(spans.map((span) => [span.spanId, span]));
    let at: string | undefined = String(upstream.calls[0]?.params._meta?.traceparent).split("-")[2];
    const way: string[] = [];
    for (let span = bySpan.get(at ?? ""); span !== undefined; span = bySpan.get(at)) {
      way.push(span.kind);
      at = span.parentSpanId;
    }
    expect(way).toEqual(["CLIENT", "SERVER", "CLIENT", "SERVER"]);
    expect(at).toBe(callerSpan);
  });

  test("whatever is in the place of a trace context, the call goes through and its server gets a valid one", async () => {
    const { hub } = await tracedHub();
    const upstream = await ModernUpstream.start();
    await hub.register("one", upstream);
    const odd = fc.oneof(
      fc.string(),
      fc.constantFrom(
        traceparent,
        `${traceparent}-01`,
        traceparent.replace("00-", "ff-"),
        "a".repeat(20_000),
      ),
      fc.jsonValue(),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.record({ traceparent: odd, tracestate: odd, baggage: odd }, { requiredKeys: [] }),
        fc.constantFrom(...paths),
        async (meta, [path, name]) => {
          const { response } = await new ModernClient(hub.url, { path }).call(
            name,
            { a: 1 },
            { _meta: meta },
          ).done;
          expect(response.error).toBeUndefined();
          const { _meta } = upstream.calls.at(-1)?.params ?? {};
          expect(_meta?.traceparent).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-01$/);
          // As its client wrote it: what it means is not the hub's.
          expect(_meta?.baggage).toEqual(JSON.parse(JSON.stringify(meta)).baggage);
        },
      ),
      { numRuns: 40 },
    );
  });
});

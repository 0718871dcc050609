import {
  closeAll,
  LegacyClient,
  LegacyUpstream,
  ModernClient,
  ModernUpstream,
  sendJson,
  TestHub,
  textOf,
  textResult,
  until,
} from "@hub/testing";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

const capabilities = { elicitation: { form: {} } };
const question = { mode: "form", message: "Sure?", requestedSchema: { type: "object" } };
const yes = { action: "accept", content: { sure: "yes" } };
const path = "/servers/one/mcp";

describe("one server's endpoint, where the hub translates", () => {
  test("a 2025 client with a server of 2026 only: initialize, list, call, elicitation, news, the end", async () => {
    const hub = await TestHub.start();
    const upstream = await ModernUpstream.start({ tools: ["echo", "asks"] });
    upstream.on("asks", ({ params }) =>
      params.inputResponses === undefined
        ? {
            resultType: "input_required",
            inputRequests: { sure: { method: "elicitation/create", params: question } },
            requestState: "kept",
          }
        : textResult(JSON.stringify([params.inputResponses, params.requestState])),
    );
    await hub.register("one", upstream);
    const asked: unknown[] = [];
    const client = await LegacyClient.open(hub.url, {
      path,
      capabilities,
      onAsked: ({ method, params }) => {
        asked.push({ method, params });
        return yes;
      },
    });
    expect(client.initialized).toMatchObject({
      protocolVersion: "2025-11-25",
      serverInfo: { name: "upstream" },
      capabilities: { tools: { listChanged: true } },
    });
    const { result } = await client.ask("tools/list");
    expect(JSON.stringify(result?.tools)).toContain('"name":"echo"');
    expect(textOf((await client.call("echo", { a: 1 }).done).response)).toBe('{"a":1}');
    const answered = (await client.call("asks").done).response;
    expect(asked).toEqual([{ method: "elicitation/create", params: question }]);
    expect(JSON.parse(textOf(answered))).toEqual([{ sure: yes }, "kept"]);
    const stream = await client.listen();
    await until("the hub to listen", () => upstream.listening.size > 0);
    upstream.offer.tools = [{ name: "newer", inputSchema: { type: "object" } }];
    upstream.announce("notifications/tools/list_changed");
    await until("the news", () => stream.named("notifications/tools/list_changed").length === 1);
    expect(await client.end()).toBe(200);
    expect((await client.send("ping").done).status).toBe(404);
  });

  test("after a restart of the hub a 2025 client of a server of 2026 goes on, whatever that server says of sessions", async () => {
    const hub = await TestHub.start();
    const upstream = await ModernUpstream.start();
    await hub.register("one", upstream);
    const client = await LegacyClient.open(hub.url, { path });
    await hub.stop();
    const again = await TestHub.start({ port: hub.port, dataDir: hub.dataDir });
    await again.whenUp("one");
    upstream.intercept = (request, response) => {
      if (request.headers["mcp-session-id"] === undefined) return false;
      const error = { code: -32_602, message: "No protocol version in _meta" };
      sendJson(response, 400, { jsonrpc: "2.0", id: null, error });
      return true;
    };
    expect((await client.send("tools/list").done).status).toBe(200);
    expect(await client.notify("notifications/roots/list_changed")).toBe(202);
    const next = await LegacyClient.open(hub.url, { path });
    for (const one of [client, next])
      expect(textOf((await one.call("echo").done).response)).toBe("{}");
  });

  test("a 2026 client with a server of 2025: discover, list, call, elicitation, cancellation", async () => {
    const hub = await TestHub.start();
    const upstream = await LegacyUpstream.start({ tools: ["echo", "asks", "slow"] });
    upstream.on("slow", () => undefined);
    upstream.on("asks", async (call) =>
      textResult(JSON.stringify(await call.ask("elicitation/create", question))),
    );
    await hub.register("one", upstream);
    const client = new ModernClient(hub.url, {
      path: `${path}?revision=2026-07-28`,
      capabilities,
    });
    const discovered = await client.ask("server/discover");
    expect(discovered.result).toMatchObject({
      resultType: "complete",
      supportedVersions: ["2026-07-28"],
      capabilities: { tools: { listChanged: true } },
    });
    const { result } = await client.ask("tools/list");
    expect(JSON.stringify(result?.tools)).toContain('"name":"echo"');
    const echoed = (await client.call("echo", { a: 1 }).done).response;
    expect(echoed.result?.resultType).toBe("complete");
    expect(textOf(echoed)).toBe('{"a":1}');
    const { inputRequests, requestState } = (await client.call("asks").done).response.result ?? {};
    const [key = "", ...others] = Object.keys(Object(inputRequests));
    expect(others).toEqual([]);
    const retry = { requestState, inputResponses: { [key]: yes } };
    const done = (await client.call("asks", {}, retry).done).response;
    expect(JSON.parse(textOf(done))).toEqual(yes);
    expect(upstream.callsOf("asks")).toHaveLength(1);
    const slow = client.call("slow");
    await until("the call to arrive", () => upstream.callsOf("slow").length === 1);
    slow.close();
    await until("the server to hear of it", () => upstream.callsOf("slow")[0]?.isCancelled);
    await until("the server's sessions to end", () => upstream.clientSessions.length === 0);
  });
});

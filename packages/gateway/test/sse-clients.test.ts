import {
  closeAll,
  closeLater,
  gate,
  LegacyUpstream,
  ModernUpstream,
  SseUpstream,
  TestHub,
  type TestHubOptions,
  textResult,
  until,
} from "@hub/testing";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { SSEClientTransport } from "@modelcontextprotocol/sdk/client/sse.js";
import {
  ElicitRequestSchema,
  LoggingMessageNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import { afterEach, describe, expect, test } from "vitest";

afterEach(closeAll);

/** A client of SDK v1 over the old transport. */
async function connect(hub: TestHub, path: string, capabilities = {}): Promise<Client> {
  const client = new Client({ name: "old-sse", version: "1" }, { capabilities });
  await client.connect(new SSEClientTransport(new URL(path, hub.url)));
  closeLater(() => client.close());
  return client;
}

async function call(client: Client, name: string, given = {}): Promise<string | undefined> {
  const { content } = await client.callTool({ name, arguments: given });
  return (content as { readonly text: string }[])[0]?.text; // what the tools here answer
}

async function start(options: TestHubOptions = {}) {
  const hub = await TestHub.start(options);
  const old = await LegacyUpstream.start({ tools: ["echo", "ask", "count"] });
  old.on("count", ({ sessionId }) => {
    const memory = old.sessions.get(sessionId ?? "")?.memory;
    const count = Number(memory?.get("count") ?? 0) + 1;
    memory?.set("count", count);
    return textResult(String(count));
  });
  await hub.register("old", old);
  return { hub, old };
}

const streamOf = async (hub: TestHub, path = "/sse", headers: Record<string, string> = {}) => {
  const stop = new AbortController();
  const response = await fetch(`${hub.url}${path}`, {
    headers: { accept: "text/event-stream", ...headers },
    signal: stop.signal,
  });
  closeLater(() => stop.abort());
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (!text.includes("\n\n")) {
    const { value, done } = (await reader?.read()) ?? { done: true };
    if (done) break;
    text += value;
  }
  return { response, text, target: /^data: (.*)$/m.exec(text)?.[1] ?? "", stop };
};

const post = (url: string, body: unknown) =>
  fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  }).then(({ status }) => status);

describe("a client of SDK v1 over HTTP+SSE", () => {
  test("lists and calls servers of all kinds at /sse, with state between its calls and none of others'", async () => {
    const { hub, old } = await start();
    await hub.register("new", await ModernUpstream.start());
    await hub.register("sse", await SseUpstream.start(), { transport: "sse" });
    const [one, two] = [await connect(hub, "/sse"), await connect(hub, "/sse")];
    const names = (await one.listTools()).tools.map(({ name }) => name);
    for (const name of ["old__echo", "new__echo", "sse__echo", "hub__list_servers"])
      expect(names).toContain(name);
    for (const id of ["old", "new", "sse"])
      expect(await call(one, `${id}__echo`, { to: id })).toBe(`{"to":"${id}"}`);
    expect([
      await call(one, "old__count"),
      await call(one, "old__count"),
      await call(two, "old__count"),
    ]).toEqual(["1", "2", "1"]);
    await one.close();
    await until("its session with the server to end", () => old.clientSessions.length === 1);
    expect((await hub.budget("sessions")).used).toBe(1);
    expect(await call(two, "old__count")).toBe("2");
  });

  test("reaches one server under its own names at /servers/{id}/sse, and a selection by its query", async () => {
    const { hub } = await start();
    await hub.rest("POST", "/toolsets", { name: "Mine", servers: ["old"], prefix: "never" });
    for (const path of [
      "/servers/old/sse",
      "/toolsets/mine/sse",
      "/sse?servers=old&prefix=never&hub=off",
    ]) {
      const client = await connect(hub, path);
      expect((await client.listTools()).tools.map(({ name }) => name).sort()).toEqual([
        "ask",
        "count",
        "echo",
      ]);
      expect(await call(client, "echo", { a: 1 })).toBe('{"a":1}');
    }
  });

  test("is asked back, hears progress, logs and changes on its one stream", async () => {
    const { hub, old } = await start();
    old.on("ask", async (one) => {
      one.progress(1);
      one.log("in the middle");
      return textResult(
        JSON.stringify(
          await one.ask("elicitation/create", {
            message: "?",
            requestedSchema: { type: "object", properties: {} },
          }),
        ),
      );
    });
    const client = await connect(hub, "/sse", { elicitation: {} });
    const logs: unknown[] = [];
    const progress: number[] = [];
    client.setRequestHandler(ElicitRequestSchema, () => ({ action: "decline" }));
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) => {
      logs.push(params.data);
    });
    await client.callTool({ name: "old__ask", arguments: {} }, undefined, {
      onprogress: ({ progress: step }) => progress.push(step),
    });
    expect([logs, progress]).toEqual([["in the middle"], [1]]);
    old.offer.tools = [...old.offer.tools, { name: "later", inputSchema: { type: "object" } }];
    old.announce("notifications/tools/list_changed");
    await until("the new tool", async () =>
      (await client.listTools()).tools.some(({ name }) => name === "old__later"),
    );
  });

  test("gets the answers it waits for when the hub stops", async () => {
    const { hub, old } = await start();
    const { opened, open } = gate();
    old.on("echo", async () => {
      await opened;
      return textResult("done");
    });
    const client = await connect(hub, "/sse");
    const waiting = call(client, "old__echo");
    await until("the call to arrive", () => old.callsOf("echo").length === 1);
    const stopped = hub.stop();
    open();
    expect(await waiting).toBe("done");
    await stopped;
  });
});

describe("the endpoint for HTTP+SSE", () => {
  const initialize = {
    jsonrpc: "2.0",
    id: 1,
    method: "initialize",
    params: {
      protocolVersion: "2024-11-05",
      capabilities: {},
      clientInfo: { name: "c", version: "1" },
    },
  };

  test("says where to post in its first event, and takes messages only there and at its own URL", async () => {
    const { hub } = await start();
    const { response, text, target } = await streamOf(hub, "/sse?servers=old");
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect(text).toMatch(/^event: endpoint\ndata: \/sse\?servers=old&sessionId=[\w-]{24}\n\n/);
    expect(await post(`${hub.url}${target}`, initialize)).toBe(202);
    expect(await post(`${hub.url}${target.replace("servers=old&", "")}`, initialize)).toBe(404);
    expect(await post(`${hub.url}/sse?servers=old&sessionId=nobody`, initialize)).toBe(404);
    expect(await post(`${hub.url}/sse`, initialize)).toBe(405);
    expect(await post(`${hub.url}${target}`, [initialize])).toBe(400);
    expect(await post(`${hub.url}${target}`, { no: "message" })).toBe(400);
    expect((await fetch(`${hub.url}/sse`, { method: "DELETE" })).status).toBe(405);
    expect((await fetch(`${hub.url}/servers/nobody/sse`)).status).toBe(404);
  });

  test("ends a session with its stream, and keeps none of it", async () => {
    const { hub } = await start();
    const { target, stop } = await streamOf(hub);
    expect(await post(`${hub.url}${target}`, initialize)).toBe(202);
    expect((await hub.budget("sessions")).used).toBe(1);
    expect((await hub.budget("allSessionRowBytes")).used).toBe(0);
    stop.abort();
    await until("the session to end", async () => (await hub.budget("sessions")).used === 0);
    await until("the place to be free", async () => (await hub.budget("eventStreams")).used === 0);
    expect(await post(`${hub.url}${target}`, initialize)).toBe(404);
  });

  test("is bounded: an address has its share of streams, and the next one gets 429", async () => {
    const { hub } = await start({ budgets: { eventStreams: 4 } });
    await streamOf(hub);
    await streamOf(hub);
    const { response } = await streamOf(hub);
    expect(response.status).toBe(429);
    expect(Number(response.headers.get("retry-after"))).toBeGreaterThan(0);
  });

  test("is closed to pages of other sites, as every endpoint is", async () => {
    const { hub } = await start();
    const { target } = await streamOf(hub);
    const origin = { origin: "https://evil.example" };
    expect((await streamOf(hub, "/sse", origin)).response.status).toBe(403);
    const response = await fetch(`${hub.url}${target}`, {
      method: "POST",
      headers: { "content-type": "application/json", ...origin },
      body: JSON.stringify(initialize),
    });
    expect(response.status).toBe(403);
  });
});

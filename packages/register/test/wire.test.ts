import { until } from "@hub/testing";
import {
  Client as ClientV2,
  StreamableHTTPClientTransport as TransportV2,
} from "@modelcontextprotocol/client";
import { McpServer as ServerV1 } from "@modelcontextprotocol/sdk/server/mcp.js";
import {
  SubscribeRequestSchema,
  UnsubscribeRequestSchema,
} from "@modelcontextprotocol/sdk/types.js";
import fc from "fast-check";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import packageJson from "../package.json" with { type: "json" };
import { type Registered, register, type Target } from "../src/index.js";
import { createV1 } from "./support/servers.js";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(target: Target): Promise<Registered> {
  const registered = register(target, {
    hubUrl: "http://127.0.0.1:1",
    signals: false,
    log: () => {},
  });
  cleanups.push(() => registered.close());
  return registered.ready;
}

async function connect(
  url: string | undefined,
  isModern: boolean,
  capabilities = {},
): Promise<ClientV2> {
  const mode = isModern ? ({ pin: "2026-07-28" } as const) : "legacy";
  const client = new ClientV2(
    { name: "t", version: "1" },
    { capabilities, versionNegotiation: { mode } },
  );
  await client.connect(new TransportV2(new URL(url ?? "")));
  cleanups.push(() => client.close());
  return client;
}

/** Holds a call until it is cancelled, and remembers the resources somebody subscribed to. */
function createObserved() {
  const seen = { started: 0, cancelled: 0, subscribed: [] as string[] };
  const server = new ServerV1(
    { name: "observed", version: "1" },
    { capabilities: { logging: {}, resources: { subscribe: true } } },
  );
  server.registerTool("hold", {}, async ({ signal }) => {
    seen.started += 1;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    seen.cancelled += 1;
    return { content: [] };
  });
  server.registerTool("talk", {}, async () => {
    await server.server.sendLoggingMessage({ level: "debug", data: "low" });
    await server.server.sendLoggingMessage({ level: "error", data: "high" });
    return { content: [], structuredContent: { kept: { as: ["it", "is"] } }, _meta: { mine: 1 } };
  });
  server.registerTool("ask", {}, async () => {
    await server.server.elicitInput({
      message: "?",
      requestedSchema: { type: "object", properties: {} },
    });
    return { content: [] };
  });
  server.registerResource("note", "test://note", {}, async () => ({ contents: [] }));
  server.server.setRequestHandler(SubscribeRequestSchema, ({ params }) => {
    seen.subscribed.push(params.uri);
    return {};
  });
  server.server.setRequestHandler(UnsubscribeRequestSchema, ({ params }) => {
    seen.subscribed = seen.subscribed.filter((uri) => uri !== params.uri);
    return {};
  });
  return { server, seen };
}

for (const isModern of [false, true]) {
  describe(isModern ? "a stateless client" : "a client with a session", () => {
    test("cancels its call on a shared server, and only its own", async () => {
      const { server, seen } = createObserved();
      const { url } = await serve(server);
      const [first, second] = [await connect(url, isModern), await connect(url, isModern)];
      const [stop, other] = [new AbortController(), new AbortController()];
      const calls = [
        first.callTool({ name: "hold" }, { signal: stop.signal }).catch(() => "stopped"),
        second.callTool({ name: "hold" }, { signal: other.signal }).catch(() => "stopped"),
      ];
      await until("both calls", () => seen.started === 2);
      stop.abort();
      await until("one to be cancelled", () => seen.cancelled === 1);
      other.abort();
      await until("both to be cancelled", () => seen.cancelled === 2);
      expect(await Promise.all(calls)).toEqual(["stopped", "stopped"]);
    });

    test("hears only the log levels it asked for, and gets results untouched", async () => {
      const { server } = createObserved();
      const { url } = await serve(server);
      const client = await connect(url, isModern);
      const heard: unknown[] = [];
      client.setNotificationHandler(
        "notifications/message",
        ({ params }) => void heard.push(params.data),
      );
      if (!isModern) await client.setLoggingLevel("error");
      const _meta = isModern ? { "io.modelcontextprotocol/logLevel": "error" } : {};
      const result = await client.callTool({ name: "talk", _meta } as never);
      expect(result.structuredContent).toEqual({ kept: { as: ["it", "is"] } });
      expect(result._meta).toMatchObject({ mine: 1 });
      expect(heard).toEqual(["high"]);
    });

    test("that cannot be asked is not asked", async () => {
      const { server } = createObserved();
      const { url } = await serve(server);
      const client = await connect(url, isModern);
      const result = await client.callTool({ name: "ask" });
      expect(result).toMatchObject({ isError: true });
      expect(JSON.stringify(result.content)).toContain("does not support elicitation/create");
    });

    test("subscribes to a resource, hears of it, and is unsubscribed when it leaves", async () => {
      const { server, seen } = createObserved();
      const { url } = await serve(server);
      const client = await connect(url, isModern);
      const updates: string[] = [];
      client.setNotificationHandler(
        "notifications/resources/updated",
        ({ params }) => void updates.push(params.uri),
      );
      if (isModern) await client.listen({ resourceSubscriptions: ["test://note"] });
      else await client.subscribeResource({ uri: "test://note" });
      await until("the subscription", () => seen.subscribed.length === 1);
      await until("an update", async () => {
        await server.server.sendResourceUpdated({ uri: "test://note" });
        return updates.length > 0;
      });
      if (!isModern) await (client.transport as TransportV2).terminateSession();
      await client.close();
      await until("the unsubscription", () => seen.subscribed.length === 0);
    });
  });
}

test("a request state that is unknown, or comes with another method, is refused", async () => {
  const { url } = await serve(createV1());
  const client = await connect(url, true);
  await expect(
    client.callTool({ name: "ask", arguments: { question: "?" }, requestState: "forged" } as never),
  ).rejects.toThrow("requestState");
});

test("methods the server does not have are not found, in both eras", async () => {
  const server = new ServerV1({ name: "bare", version: "1" });
  server.registerTool("one", {}, async () => ({ content: [] }));
  const { url } = await serve(server);
  const modern = { "mcp-protocol-version": "2026-07-28", "mcp-method": "prompts/list" };
  const _meta = {
    "io.modelcontextprotocol/protocolVersion": "2026-07-28",
    "io.modelcontextprotocol/clientCapabilities": {},
  };
  const answer = await post(
    url,
    { jsonrpc: "2.0", id: 1, method: "prompts/list", params: { _meta } },
    modern,
  );
  const { error } = (await answer.json()) as { error: { code: number } };
  expect([answer.status, error.code]).toEqual([404, -32601]);
});

function post(url: string | undefined, body: unknown, headers = {}): Promise<Response> {
  return fetch(url ?? "", {
    method: "POST",
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });
}

test("no body makes it fail: only 2xx and 4xx", async () => {
  const { url } = await serve(createV1());
  const json = fc.oneof(
    fc.json(),
    fc.constantFrom(
      "null",
      "[]",
      "{}",
      "1",
      '"x"',
      "[null]",
      '{"jsonrpc":"2.0"}',
      '{"__proto__":{"method":"initialize"}}',
    ),
    fc
      .record({
        jsonrpc: fc.constant("2.0"),
        id: fc.jsonValue(),
        method: fc.constantFrom("initialize", "tools/list", "x"),
        params: fc.jsonValue(),
      })
      .map((value) => JSON.stringify(value)),
  );
  const headers = fc.record(
    {
      "mcp-protocol-version": fc.constantFrom("2026-07-28", "2025-11-25", "x"),
      "mcp-session-id": fc.constantFrom("x", ".."),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(json, headers, async (body, given) => {
      const answer = await post(url, body, given);
      await answer.text();
      expect(answer.status).toBeLessThan(500);
    }),
    { numRuns: 300 },
  );
});

test.each([false, true])(
  "a factory's changes are announced by hand (stateless client: %s)",
  async (isModern) => {
    const registered = await serve(() => createV1());
    const client = await connect(registered.url, isModern);
    let changes = 0;
    client.setNotificationHandler("notifications/tools/list_changed", () => {
      changes += 1;
    });
    if (isModern) await client.listen({ toolsListChanged: true });
    await until("the notice", () => {
      registered.notify.toolsChanged();
      return changes > 0;
    });
  },
);

test("a header that contradicts the body is refused on a shared server too", async () => {
  const server = new ServerV1({ name: "headers", version: "1" });
  server.registerTool(
    "where",
    { inputSchema: { region: z.string().meta({ "x-mcp-header": "Region" }) } },
    async ({ region }) => ({
      content: [{ type: "text", text: region }],
    }),
  );
  const { url } = await serve(server);
  const call = (header: string) =>
    post(
      url,
      {
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: {
          name: "where",
          arguments: { region: "eu" },
          _meta: {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
          },
        },
      },
      {
        "mcp-protocol-version": "2026-07-28",
        "mcp-method": "tools/call",
        "mcp-name": "where",
        "mcp-param-region": header,
      },
    );
  expect((await call("eu")).status).toBe(200);
  expect((await call("us")).status).toBe(400);
});

test("a GET or a DELETE without a session is no method here: 405, with what is", async () => {
  const { url } = await serve(() => createV1());
  for (const method of ["GET", "DELETE"]) {
    const response = await fetch(String(url), { method, headers: { accept: "text/event-stream" } });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "POST"]);
    expect(await response.text()).toContain("initialize");
  }
  const posted = await fetch(String(url), {
    method: "POST",
    headers: { "content-type": "application/json", accept: "application/json, text/event-stream" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "tools/list" }),
  });
  expect(posted.status).toBe(400);
});

test("a server is greeted with this package's own version", async () => {
  const server = createV1();
  await serve(server);
  await until("the client to say who it is", () => server.server.getClientVersion());
  expect(server.server.getClientVersion()).toEqual({
    name: "hub-register",
    version: packageJson.version,
  });
});

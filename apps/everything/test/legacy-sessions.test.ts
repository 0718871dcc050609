import { expect, test } from "vitest";
import { createApp } from "../src/app.js";

const everything = createApp("Everything");

type Headers = Readonly<Record<string, string>>;

async function send(method: string, headers: Headers, message?: object): Promise<Response> {
  return everything.fetch(
    new Request("http://127.0.0.1/mcp", {
      method,
      headers: {
        host: "127.0.0.1",
        accept: "application/json, text/event-stream",
        "content-type": "application/json",
        ...headers,
      },
      ...(message && { body: JSON.stringify({ jsonrpc: "2.0", ...message }) }),
    }),
  );
}

async function openSession(): Promise<Headers> {
  const response = await send(
    "POST",
    {},
    {
      id: 1,
      method: "initialize",
      params: {
        protocolVersion: "2025-11-25",
        capabilities: {},
        clientInfo: { name: "test", version: "1" },
      },
    },
  );
  await response.text();
  const session = { "mcp-session-id": response.headers.get("mcp-session-id") ?? "none" };
  await send("POST", session, { method: "notifications/initialized" });
  return session;
}

/** Reads the stream until it has carried `text`. */
async function heard(stream: Response, text: string): Promise<string> {
  if (stream.body === null) throw new Error("The stream has no body");
  let soFar = "";
  for await (const piece of stream.body.pipeThrough(new TextDecoderStream())) {
    soFar += piece;
    if (soFar.includes(text)) return soFar;
  }
  return soFar;
}

test("a change one client causes reaches the session of another", async () => {
  const listener = await openSession();
  const stream = await send("GET", listener);
  const other = await openSession();
  await send("POST", other, {
    id: 2,
    method: "tools/call",
    params: { name: "test_trigger_tool_change", arguments: {} },
  });
  expect(await heard(stream, "list_changed")).toContain("notifications/tools/list_changed");
});

test("a session that its client ended is unknown afterwards", async () => {
  const session = await openSession();
  expect((await send("DELETE", session)).status).toBe(200);
  expect((await send("POST", session, { id: 2, method: "ping" })).status).toBe(404);
});

test("a request under a foreign name or from a foreign page is refused", async () => {
  expect((await send("POST", { host: "evil.example" }, { id: 1, method: "ping" })).status).toBe(
    403,
  );
  const page = { origin: "http://evil.example" };
  expect((await send("POST", page, { id: 1, method: "ping" })).status).toBe(403);
});

import assert from "node:assert/strict";
import { test } from "node:test";
import { register } from "@hub/register";
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { createServer } from "../src/server.js";

test("a client calls the server's tool", async () => {
  // Nothing listens at port 1: the server is tested without a hub.
  const hubUrl = "http://127.0.0.1:1";
  const registered = register(createServer, { hubUrl, signals: false, log: () => {} });
  const client = new Client({ name: "test", version: "1.0.0" });
  try {
    const { url } = await registered.ready;
    await client.connect(new StreamableHTTPClientTransport(new URL(String(url))));
    const { content } = await client.callTool({ name: "greet", arguments: { name: "Ada" } });
    assert.deepEqual(content, [{ type: "text", text: "Hello Ada!" }]);
  } finally {
    await client.close();
    await registered.close();
  }
});

import {
  closeAll,
  Exchange,
  LegacyUpstream,
  ModernUpstream,
  metaKey,
  modernVersion,
  type Payload,
  TestHub,
  textResult,
} from "@hub/testing";
import { afterEach, expect, test } from "vitest";

afterEach(closeAll);

/** Names that every object of JavaScript knows, and which are nobody's here until somebody takes them. */
const names = Object.getOwnPropertyNames(Object.prototype);

function call(hub: TestHub, name: string, args: Payload, path = "/mcp") {
  const _meta = {
    [metaKey("protocolVersion")]: modernVersion,
    [metaKey("clientCapabilities")]: {},
  };
  const params = { name, arguments: args, _meta };
  return new Exchange(`${hub.url}${path}`, {
    headers: {
      "content-type": "application/json",
      accept: "application/json, text/event-stream",
      "mcp-protocol-version": modernVersion,
      "mcp-method": "tools/call",
      "mcp-name": name,
    },
    body: JSON.stringify({ jsonrpc: "2.0", id: "c", method: "tools/call", params }),
  }).done;
}

test.each([
  ["2025", LegacyUpstream],
  ["2026", ModernUpstream],
] as const)(
  "tools and arguments of a %s server may have any name that objects know",
  async (_, Server) => {
    const hub = await TestHub.start();
    const upstream = await Server.start({ tools: names });
    for (const name of names) upstream.on(name, () => textResult(name));
    await hub.register("one", upstream);
    for (const name of names) {
      const args = JSON.parse(`{"${name}":"mine"}`) as Payload;
      const answer = await call(hub, `one__${name}`, args);
      expect([name, answer.status, answer.response.error]).toEqual([name, 200, undefined]);
    }
    expect(hub.errors).toEqual([]);
  },
);

test("servers and query members that nobody made are not found, or are refused by name", async () => {
  const hub = await TestHub.start();
  for (const name of names) {
    for (const path of [`/servers/${name}`, `/toolsets/${name}`])
      expect([path, (await fetch(`${hub.url}${path}`)).status]).toEqual([path, 404]);
    const query = `/servers?${name}=1`;
    expect([query, (await fetch(`${hub.url}${query}`)).status < 500]).toEqual([query, true]);
    const type = { method: "POST", headers: { "content-type": name }, body: "{}" };
    expect((await fetch(`${hub.url}/register`, type)).status).toBe(415);
  }
  expect(hub.errors).toEqual([]);
});

test.each([
  ["2025", LegacyUpstream],
  ["2026", ModernUpstream],
] as const)(
  "a status of a %s server that HTTP does not have is an invalid answer",
  async (_, Server) => {
    const hub = await TestHub.start();
    const upstream = await Server.start();
    await hub.register("one", upstream);
    for (const status of [600, 700, 999]) {
      upstream.intercept = (request, response) => {
        if (request.method !== "POST") return false;
        request.resume().on("end", () => {
          response.writeHead(status, { "content-type": "application/json" });
          response.end('{"jsonrpc":"2.0","id":"c","result":{"content":[]}}');
        });
        return true;
      };
      const { status: got, response } = await call(hub, "one__echo", {});
      expect([got < 600, response.error]).toEqual([
        true,
        expect.objectContaining({ message: expect.stringContaining(`the status ${status}`) }),
      ]);
    }
  },
);

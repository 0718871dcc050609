import {
  closeAll,
  Exchange,
  LegacyClient,
  LegacyUpstream,
  ModernUpstream,
  metaKey,
  modernVersion,
  TestHub,
} from "@hub/testing";
import { afterEach, expect, test } from "vitest";

afterEach(closeAll);

const json = { "content-type": "application/json", accept: "application/json, text/event-stream" };
const meta = `"_meta":{"${metaKey("protocolVersion")}":"${modernVersion}","${metaKey("clientCapabilities")}":{}}`;

/** Ways to name a second tool beside the one that is judged. */
const spellings = [
  ...['"name":"hidden"', '"Name":"hidden"', '"NAME":"hidden"', '"n\\u0061me":"hidden"'],
  ...['"ｎame":"hidden"', '"nаme":"hidden"', '"na\u200bme":"hidden"', '"name\\u0000":"hidden"'],
  ...['"__proto__":{"name":"hidden"}', '"constructor":{"name":"hidden"}'],
] as const;
const outside = [
  ...['"params":{"name":"hidden"}', '"Params":{"name":"hidden"}', '"PARAMS":{"name":"hidden"}'],
  ...[
    '"method":"tools/call"',
    '"Method":"tools/call"',
    '"METHOD":"tools/call"',
    '"ıd":2',
    '"paramſ":{}',
  ],
  ...[
    '"par\\u0061ms":{"name":"hidden"}',
    '"__proto__":{"method":"x"}',
    '"Id":2',
    '"JSONRPC":"2.0"',
  ],
] as const;

test("no spelling of a call reaches a server beside the one that was judged, on any route and in either era", async () => {
  const hub = await TestHub.start();
  const servers = {
    new: await ModernUpstream.start({ tools: ["shown", "hidden"] }),
    old: await LegacyUpstream.start({ tools: ["shown", "hidden"] }),
  };
  for (const [name, upstream] of Object.entries(servers)) await hub.register(name, upstream);
  await hub.rest("POST", "/toolsets", { name: "Some", deny: ["new/hidden", "old/hidden"] });
  const session = await LegacyClient.open(hub.url);
  const own = await LegacyClient.open(hub.url, { path: "/servers/old/mcp" });
  const before = servers.new.calls.length + servers.old.calls.length;
  for (const [path, name, more] of [
    ["/mcp", "new__shown", {}],
    ["/mcp", "old__shown", {}],
    ["/toolsets/some/mcp", "new__shown", {}],
    ["/toolsets/some/mcp", "old__shown", {}],
    ["/servers/new/mcp", "shown", {}],
    ["/servers/old/mcp", "shown", {}],
    ["/mcp", "old__shown", { "mcp-session-id": session.sessionId }],
    ["/servers/old/mcp", "shown", { "mcp-session-id": own.sessionId }],
  ] as const) {
    const isModern = !("mcp-session-id" in more);
    const headers = isModern
      ? {
          ...json,
          "mcp-protocol-version": modernVersion,
          "mcp-method": "tools/call",
          "mcp-name": name,
        }
      : { ...json, ...more };
    const tail = isModern ? `,${meta}` : "";
    const bodies = [
      ...spellings.flatMap((odd) => [
        `"method":"tools/call","params":{"name":"${name}",${odd},"arguments":{}${tail}}`,
        `"method":"tools/call","params":{${odd},"name":"${name}","arguments":{}${tail}}`,
      ]),
      ...outside.flatMap((odd) => [
        `"method":"tools/call","params":{"name":"${name}","arguments":{}${tail}},${odd}`,
        `${odd},"method":"tools/call","params":{"name":"${name}","arguments":{}${tail}}`,
      ]),
    ].map((members) => `{"jsonrpc":"2.0","id":1,${members}}`);
    for (const body of bodies) {
      const { status, response } = await new Exchange(`${hub.url}${path}`, { headers, body }).done;
      expect([path, body, status]).toEqual([path, body, 400]);
      expect([-32_600, -32_602]).toContain(response.error?.code);
    }
  }
  expect(servers.new.calls.length + servers.old.calls.length).toBe(before);
});

test("a message of more values than the budget is refused, whichever side sends it", async () => {
  const hub = await TestHub.start({ budgets: { messageValues: 10_000 } });
  const upstream = await LegacyUpstream.start();
  await hub.register("old", upstream);
  const many = Array.from({ length: 20_000 }, () => []);
  const client = await LegacyClient.open(hub.url);
  const asked = await client.call("old__echo", { many }).done;
  expect([asked.status, asked.response.error?.message]).toEqual([
    400,
    expect.stringContaining("MCP_HUB_MAX_MESSAGE_VALUES"),
  ]);
  upstream.on("echo", () => ({ content: [], structuredContent: { many } }));
  const answered = await client.call("old__echo").done;
  expect(answered.response.error).toMatchObject({ data: { hubError: "ANSWER_INVALID" } });
  const { budgets } = (await hub.rest("GET", "/healthz?verbose")) as {
    readonly budgets: readonly { readonly name: string; readonly refused: number }[];
  }; // as its description says
  expect(budgets.find(({ name }) => name === "messageValues")?.refused).toBe(2);
});

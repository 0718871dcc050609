import { legacy, modern } from "../../gateway/mcp.mjs";

const paths = ["/mcp", "/servers/old-shop/mcp", "/toolsets/mixed/mcp"];
const madeUp = [
  "0",
  "admin",
  "00000000-0000-0000-0000-000000000000",
  "../mcp",
  "a".repeat(4_000),
  "constructor",
  "session-1",
  "%00",
  "null",
];

/** Everything that can be done in the name of a session. */
async function use(house, hub, path, session, as) {
  const bearer = as === undefined ? [] : [["Authorization", `Bearer ${house.tokens[as]}`]];
  const own = [
    ["Mcp-Session-Id", session],
    ["MCP-Protocol-Version", legacy],
    ["Accept", "application/json, text/event-stream"],
    ...bearer,
  ];
  const post = (body) =>
    house.rest(hub, "POST", path, {
      headers: [["Content-Type", "application/json"], ...own],
      body: JSON.stringify(body),
    });
  return [
    [
      "a call",
      await post({
        jsonrpc: "2.0",
        id: 1,
        method: "tools/call",
        params: { name: "list_items", arguments: {} },
      }),
    ],
    ["a list", await post({ jsonrpc: "2.0", id: 2, method: "tools/list" })],
    ["an answer", await post({ jsonrpc: "2.0", id: 1, result: {} })],
    [
      "a cancellation",
      await post({ jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } }),
    ],
    ["its stream", await house.rest(hub, "GET", path, { headers: own })],
    [
      "its stream from an event on",
      await house.rest(hub, "GET", path, { headers: [...own, ["Last-Event-ID", "1"]] }),
    ],
    ["its end", await house.rest(hub, "DELETE", path, { headers: own })],
  ];
}

export default {
  name: "sessions",
  title: "a session that is made up, or somebody else's",
  cases: (house) => [
    ...madeUp.map((session) => ({
      name: `the made-up id ${JSON.stringify(session.slice(0, 40))}`,
      async run(_, fault) {
        for (const hub of house.hubs)
          for (const path of paths)
            for (const [what, { status }] of await use(house, hub, path, session, "caller"))
              if (status !== 404 && status !== 400)
                fault(`${what} at ${path} was answered ${status}`);
      },
    })),
    ...[
      ["another caller", "other"],
      ["an admin", "admin"],
      ["nobody", undefined],
      ["an expired token", "expired"],
    ].map(([who, as]) => ({
      name: `a caller's session in the hands of ${who}`,
      async run(_, fault) {
        for (const hub of house.hubs)
          for (const path of paths) {
            const session = await house.session(hub, path, "caller");
            for (const [what, { status }] of await use(house, hub, path, session, as)) {
              const isRefused = as === "other" || as === "admin" ? status === 404 : status === 401;
              if (!isRefused) fault(`${what} at ${path} was answered ${status}`);
            }
            const { message, status } = await house.call(
              hub,
              path,
              legacy,
              "tools/list",
              {},
              { as: "caller", session },
            );
            if (message?.result === undefined)
              fault(`its owner got ${status} at ${path} afterwards`);
          }
      },
    })),
    {
      name: "a request state that is made up",
      async run(_, fault) {
        for (const hub of house.hubs)
          for (const requestState of [
            "",
            "a",
            "a.b.c",
            "eyJhbGciOiJub25lIn0.e30.",
            "A".repeat(200),
          ]) {
            const params = {
              name: "shop__list_items",
              arguments: {},
              requestState,
              inputResponses: {},
            };
            const { status } = await house.call(hub, "/mcp", modern, "tools/call", params, {
              as: "caller",
            });
            if (status >= 500)
              fault(`${JSON.stringify(requestState.slice(0, 20))} was answered ${status}`);
          }
      },
    },
  ],
};

import { legacy, modern } from "../../gateway/mcp.mjs";
import { secrets } from "../house.mjs";
import { eras, gave } from "./routes.mjs";

const all = [
  "/mcp",
  "/mcp?prefix=never",
  "/mcp?mode=search",
  "/mcp?hidden=true",
  "/mcp?servers=vault",
  "/mcp?servers=shop,vault&hub=off",
  "/toolsets/mixed/mcp",
  "/toolsets/bare/mcp",
  "/servers/shop/mcp",
  "/servers/old-shop/mcp",
  "/servers/vault/mcp",
];

/** Everything by which the forbidden tools could be called. */
const names = [
  "open_vault",
  "vault__open_vault",
  "refund_all",
  "shop__refund_all",
  "old-shop__refund_all",
  "Refund_All",
  "REFUND_ALL",
  "refund_all ",
  "refund_all\u0000",
  "shop__list_items\u0000__refund_all",
  "shop/refund_all",
  "shop.refund_all",
  "../vault/open_vault",
];

const opened = async (house, hub, path, era, as) => {
  if (era !== legacy) return undefined;
  return house.session(hub, path, as).catch(() => undefined);
};

/** What of a reply is not for a caller with a few tools. What it sent comes back in errors, and tells it nothing. */
function told(message, sent) {
  const text = JSON.stringify(message ?? {}).replaceAll(JSON.stringify(sent).slice(1, -1), "");
  return secrets.filter((one) => text.includes(one) && !sent.includes(one));
}

/** Calls, in each era and at each endpoint, what `requests` lists; nothing may be told, and nothing arrive. */
async function askAll(house, fault, requests, { as = "caller", mayAnswer = false } = {}) {
  for (const hub of house.hubs)
    for (const era of eras)
      for (const path of all) {
        const session = await opened(house, hub, path, era, as);
        for (const [method, params] of requests) {
          const { message, body } = await house.call(hub, path, era, method, params, {
            as,
            session,
          });
          const sent = JSON.stringify(params);
          for (const secret of told(message ?? body, sent))
            fault(`${method} ${sent} at ${path} (${era}) told of ${secret}`);
          const isResult = message?.result !== undefined && message.result.isError !== true;
          if (isResult && !mayAnswer) fault(`${method} ${sent} at ${path} (${era}) was answered`);
        }
      }
}

/** What differs from answer to answer. */
const changing = /\d{4}-\d\d-\d\dT[\d:.]+Z|urn:uuid:[-\w]+|"(cpu|rss|uptime)\w*":[\d.]+/g;

/** Each way in which a request of a document can name a server. */
function namings({ paths }) {
  const bodies = [{ server: "NAME" }, { servers: ["NAME"], name: "Some" }];
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.keys(methods).flatMap((method) => {
      // Who registers a name says it itself; other kinds look at that.
      if (path === "/register" || path.startsWith("/session") || path === "/metrics") return [];
      const asked = path.replace("{client}", "cursor");
      if (path.includes("{id}")) {
        const target = asked.replace("{id}", "NAME");
        return [[method.toUpperCase(), target, method === "get" ? undefined : {}]];
      }
      if (method !== "get") return bodies.map((body) => [method.toUpperCase(), asked, body]);
      // Without a number of events, they are a stream.
      const first = path === "/events" ? "limit=9&" : "";
      return ["", "server=NAME", "servers=NAME", "tag=NAME", "q=NAME"].map((query) => [
        "GET",
        `${asked}?${first}${query}`,
        undefined,
      ]);
    }),
  );
}

export default {
  name: "hidden",
  title: "a tool, prompt, resource or server that is not for this caller",
  cases: (house) => [
    ...names.map((name) => ({
      name: `call ${JSON.stringify(name)}`,
      run: (_, fault) => askAll(house, fault, [["tools/call", { name, arguments: {} }]]),
    })),
    {
      name: "lists of everything",
      run: (_, fault) =>
        askAll(
          house,
          fault,
          ["tools/list", "prompts/list", "resources/list", "resources/templates/list"].map(
            (method) => [method, {}],
          ),
          { mayAnswer: true },
        ),
    },
    {
      name: "through the hub's own tools",
      run: (_, fault) =>
        askAll(
          house,
          fault,
          [
            ["hub__list_servers", {}],
            ["hub__find_tools", { query: "open refund vault all" }],
            [
              "hub__find_tools",
              { query: "items", schemaOf: ["vault__open_vault", "shop__refund_all"] },
            ],
            ["hub__diagnose", { server: "vault" }],
            ...["vault__open_vault", "open_vault", "shop__refund_all"].map((name) => [
              "hub__call_tool",
              { name, arguments: {} },
            ]),
          ].map(([name, args]) => ["tools/call", { name, arguments: args }]),
          { mayAnswer: true },
        ),
    },
    {
      name: "prompts",
      run: (_, fault) =>
        askAll(
          house,
          fault,
          ["vault-plan", "vault__vault-plan", "refund-words", "shop__refund-words"].map((name) => [
            "prompts/get",
            { name },
          ]),
        ),
    },
    {
      name: "resources",
      run: (_, fault) =>
        askAll(
          house,
          fault,
          [
            "vault://plan",
            "shop://refund-words",
            "VAULT://plan",
            "vault://plan#x",
            "vault:///plan",
          ].flatMap((uri) => [["resources/read", { uri }]]),
        ),
    },
    {
      name: "subscriptions",
      run: (_, fault) =>
        askAll(
          house,
          fault,
          ["vault://plan", ""].map((uri) => ["resources/subscribe", { uri }]),
        ),
    },
    {
      name: "completion",
      run: (_, fault) =>
        askAll(house, fault, [
          [
            "completion/complete",
            {
              ref: { type: "ref/prompt", name: "vault__vault-plan" },
              argument: { name: "a", value: "" },
            },
          ],
          [
            "completion/complete",
            { ref: { type: "ref/prompt", name: "vault-plan" }, argument: { name: "a", value: "" } },
          ],
          [
            "completion/complete",
            {
              ref: { type: "ref/resource", uri: "vault://plan" },
              argument: { name: "a", value: "" },
            },
          ],
        ]),
    },
    {
      name: "a batch",
      async run(_, fault) {
        const one = (id, name) => ({
          jsonrpc: "2.0",
          id,
          method: "tools/call",
          params: { name, arguments: {} },
        });
        const body = JSON.stringify([
          one(1, "list_items"),
          one(2, "refund_all"),
          one(3, "open_vault"),
        ]);
        for (const hub of house.hubs)
          for (const path of all) {
            const session = await opened(house, hub, path, legacy, "caller");
            const headers = [
              ["Content-Type", "application/json"],
              ...(session === undefined ? [] : [["Mcp-Session-Id", session]]),
            ];
            const answer = await house.post(hub, path, body, headers, { as: "caller" });
            if (answer.status >= 500) fault(`${path} was answered ${answer.status}`);
          }
      },
    },
    {
      name: "REST, by id",
      async run(_, fault) {
        for (const hub of house.hubs)
          for (const as of ["reader", "caller"])
            for (const target of ["", "/tools", "/prompts", "/resources", "/changes", "/pulse"]) {
              const hidden = await house.rest(hub, "GET", `/servers/vault${target}`, { as });
              const unknown = await house.rest(hub, "GET", `/servers/vaulx${target}`, { as });
              if (hidden.status !== unknown.status)
                fault(
                  `/servers/vault${target} is ${hidden.status}, an unknown one ${unknown.status}`,
                );
              if (gave(hidden)) fault(`/servers/vault${target} was answered to ${as}`);
            }
      },
    },
    {
      name: "REST, in lists",
      async run(_, fault) {
        const targets = [
          "/servers",
          "/servers?q=vault",
          "/servers?hidden=true&limit=100",
          "/tools",
          "/tools?q=open",
          "/events?limit=500",
          "/traffic",
          "/calls",
          "/toolsets",
          "/toolsets/mixed",
          "/config/cursor?servers=vault",
          "/config/cursor?prefix=never",
          "/config",
          "/pulse",
          "/history",
          "/metrics",
          "/hubs",
        ];
        for (const hub of house.hubs)
          for (const as of ["reader", "caller"])
            for (const target of targets) {
              const { body, status } = await house.rest(hub, "GET", target, { as });
              if (status >= 500) fault(`${target} was answered ${status}`);
              const found = [
                "open_vault",
                "vault-plan",
                ...(as === "caller" ? ["refund_all", "refund-words"] : []),
              ].filter((one) => body.includes(one));
              if (found.length > 0) fault(`${target} told ${as} of ${found.join(", ")}`);
              if (!target.includes("vault") && /"vault"/.test(body))
                fault(`${target} told ${as} of vault`);
            }
      },
    },
    {
      name: "REST, every route with a name that is hidden and one that is not there",
      async run(_, fault) {
        const document = JSON.parse(
          (await house.rest(house.local, "GET", "/openapi.json", { as: "admin" })).body,
        );
        for (const hub of house.hubs)
          for (const as of ["reader", "caller"])
            for (const [method, target, body] of namings(document)) {
              const answers = [];
              for (const name of ["vault", "vaulx"]) {
                const named = (text) => text.replaceAll("NAME", name);
                const sent =
                  body === undefined ? undefined : JSON.parse(named(JSON.stringify(body)));
                const { status, body: text } = await house.rest(hub, method, named(target), {
                  as,
                  body: sent,
                });
                answers.push(
                  `${status} ${text.replace(changing, "").replaceAll("vaulx", "vault")}`,
                );
              }
              if (answers[0] !== answers[1])
                fault(
                  `${method} ${target} tells ${as} that vault is there: ${answers.join(" and ")}`,
                );
            }
      },
    },
    {
      name: "the stream of events",
      async run(_, fault) {
        for (const hub of house.hubs) {
          const headers = {
            authorization: `Bearer ${house.tokens.reader}`,
            accept: "text/event-stream",
            "last-event-id": "0",
          };
          const response = await fetch(`${hub.url}/events`, {
            headers,
            signal: AbortSignal.timeout(3_000),
          });
          house.tried += 1;
          let seen = "";
          try {
            for await (const piece of response.body) seen += Buffer.from(piece).toString();
          } catch {
            // The stream has no end of its own.
          }
          if (!seen.includes("shop")) fault("it does not tell of shop, which reader may see");
          if (seen.includes("vault")) fault("it told reader of vault");
        }
      },
    },
    {
      name: "what is left works",
      async run(_, fault) {
        for (const hub of house.hubs)
          for (const path of ["/mcp", "/toolsets/mixed/mcp", "/servers/shop/mcp"]) {
            const name = path.startsWith("/servers") ? "list_items" : "shop__list_items";
            const { message, status } = await house.call(
              hub,
              path,
              modern,
              "tools/call",
              { name, arguments: {} },
              { as: "caller" },
            );
            if (message?.result?.content?.[0]?.text !== "done")
              fault(`${path}: ${status} ${JSON.stringify(message)}`);
          }
      },
    },
  ],
};

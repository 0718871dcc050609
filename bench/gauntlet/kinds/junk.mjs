import { randomBytes, randomInt } from "node:crypto";
import { each, numbers } from "../../attack/stage.mjs";
import { closed, endpoints } from "./routes.mjs";

const pick = (list) => list[randomInt(list.length)];
const odd = [
  "",
  "null",
  "[]",
  "{}",
  "0",
  '"',
  "{",
  "[[[[",
  '{"a":',
  "\ufeff{}",
  "\u0000",
  "true",
  '{"__proto__":{}}',
  '{"constructor":1}',
  "{}{}",
  "NaN",
  "1e999",
  '{"name":{"a":[]}}',
];
const envelopes = [
  () => ({
    jsonrpc: pick(["2.0", "1.0", 2, null]),
    id: pick([1, "a", null, {}, [], 1.5]),
    method: pick(["tools/call", "", null, 5, "x".repeat(300), "tools/list", "__proto__"]),
    params: pick([{}, [], null, "x", { name: {} }, { name: "a".repeat(500) }]),
  }),
  () => ({
    jsonrpc: "2.0",
    method: pick(["notifications/cancelled", "notifications/x"]),
    params: pick([{}, { requestId: {} }, null]),
  }),
  () => ({
    jsonrpc: "2.0",
    id: 1,
    result: pick([{}, null, 5]),
    error: pick([{}, null, { code: "a" }]),
  }),
  () => Array.from({ length: randomInt(5) }, () => ({ jsonrpc: "2.0", id: 1, method: "ping" })),
];
const types = [
  "application/json",
  "application/json; charset=utf-8",
  "text/plain",
  "",
  "application/x-www-form-urlencoded",
  "multipart/form-data; boundary=x",
  "application/xml",
  "a".repeat(500),
];
const heads = [
  ["Mcp-Session-Id", "x"],
  ["MCP-Protocol-Version", "1999-01-01"],
  ["Mcp-Method", "tools/call"],
  ["Mcp-Name", "=?base64?x?="],
  ["Accept", "text/html"],
  ["If-Match", "x"],
  ["Last-Event-ID", "-1"],
  ["Content-Encoding", "br"],
  ["X-Forwarded-For", "1.2.3.4"],
  ["Origin", "null"],
  ["Cookie", "a=b"],
  ["Range", "bytes=0-"],
];
const queries = [
  "",
  "?limit=-1",
  "?limit=x",
  "?cursor=%00",
  "?q=%ff",
  "?a=b&a=c",
  "?servers=",
  "?prefix=x",
  "?revision=1",
  "?status=x",
  "?after=1e9",
  "?force=maybe",
];

const bodyOf = () => {
  const kind = randomInt(4);
  if (kind === 0) return pick(odd);
  if (kind === 1) return randomBytes(randomInt(200));
  const text = JSON.stringify(pick(envelopes)());
  return kind === 2 ? text : text.slice(0, randomInt(text.length + 1));
};

/** A role may be told things; what it must never do is change something, or make the hub fail. */
const roles = [undefined, "reader", "caller", "registrar"];

export default {
  name: "junk",
  title: "malformed requests, with and without tokens",
  cases: (house) => [
    {
      name: "random methods, paths, headers and bodies",
      async run(_, fault) {
        const count = house.isShort ? 1_500 : 10_000;
        await each(numbers(count), 16, async () => {
          const hub = pick(house.hubs);
          const as = pick(roles);
          const isMcp = randomInt(2) === 0;
          const [method, path] = isMcp
            ? [pick(["POST", "POST", "GET", "DELETE", "PUT"]), pick(endpoints)]
            : pick(closed);
          const target = `${path}${path.includes("?") ? "" : pick(queries)}`;
          const headers = [
            ["Content-Type", pick(types)],
            ...Array.from({ length: randomInt(3) }, () => pick(heads)),
          ];
          const body = method === "GET" ? undefined : bodyOf();
          const answer = await house.rest(hub, method, target, { as, headers, body });
          const what = `${as ?? "nobody"}: ${method} ${target} ${JSON.stringify(headers)} ${JSON.stringify(body?.slice(0, 200))}`;
          if (answer.status >= 500) fault(`${answer.status} ${what}`);
          if (as === undefined && answer.status >= 200 && answer.status < 300)
            fault(`passed: ${what}`);
          if (method !== "GET" && !isMcp && answer.status >= 200 && answer.status < 300)
            fault(`done: ${what}`);
        });
      },
    },
    {
      name: "the hubs live, and have all their servers",
      async run(_, fault) {
        for (const hub of house.hubs) {
          const { json } = await house.rest(hub, "GET", "/servers", { as: "admin" });
          const ids = (json?.servers ?? []).map(({ id }) => id);
          for (const id of ["shop", "old-shop", "vault"])
            if (!ids.includes(id)) fault(`${id} is gone`);
        }
      },
    },
  ],
};
